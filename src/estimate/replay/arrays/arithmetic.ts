import { elementwise } from './layout.js'
import { preserved, type Shaped, wider } from './shaped.js'
import { Sources } from './sources.js'

/** Sums, products, powers and other functions of each element. */
export class Arithmetic extends Sources {
  /** A function of each element. */
  unary(input: Shaped, name: string, saves: 'input' | 'output' | 'nothing'): Shaped {
    return this.record({
      inputs: [input],
      saves: saves === 'input' ? [input] : [],
      savesOutput: saves === 'output',
      make: () => this.fresh(preserved(input.layout), input.dtype, name),
      derivatives: [
        (gradient, [saved]) =>
          this.fresh(
            saved ? elementwise(gradient.layout, saved.layout) : preserved(gradient.layout),
            input.dtype,
            `${name}_backward`,
          ),
      ],
    })
  }

  silu = (input: Shaped): Shaped => this.unary(input, 'silu', 'input')
  neg = (input: Shaped): Shaped => this.unary(input, 'neg', 'nothing')
  sigmoid = (input: Shaped): Shaped => this.unary(input, 'sigmoid', 'output')
  exp = (input: Shaped): Shaped => this.unary(this.wide(input), 'exp', 'output')
  softplus = (input: Shaped): Shaped => this.unary(this.wide(input), 'softplus', 'input')

  /** What CUDA's autocast computes in float32. */
  protected wide(input: Shaped): Shaped {
    return this.layers.autocast ? this.to(input, 'float32') : input
  }

  add(left: Shaped, right: Shaped): Shaped {
    return this.record({
      inputs: [left, right],
      make: () => this.fresh(elementwise(left.layout, right.layout), wider(left.dtype, right.dtype), 'add'),
      derivatives: [(gradient) => gradient, (gradient) => gradient],
    })
  }

  /** The sum in place of the first array. */
  addInPlace(into: Shaped, other: Shaped): Shaped {
    return this.record({
      inputs: [into, other],
      make: () => this.seenAs(into, into.layout),
      derivatives: [(gradient) => gradient, (gradient) => gradient],
    })
  }

  sub(left: Shaped, right: Shaped): Shaped {
    return this.record({
      inputs: [left, right],
      make: () => this.fresh(elementwise(left.layout, right.layout), wider(left.dtype, right.dtype), 'sub'),
      derivatives: [
        (gradient) => gradient,
        (gradient) => this.fresh(preserved(gradient.layout), gradient.dtype, 'neg'),
      ],
    })
  }

  /** The sum with a number. */
  shift(input: Shaped): Shaped {
    return this.record({
      inputs: [input],
      make: () => this.fresh(preserved(input.layout), input.dtype, 'add'),
      derivatives: [(gradient) => gradient],
    })
  }

  /** The product with a number. */
  scale(input: Shaped): Shaped {
    return this.unary(input, 'mul', 'nothing')
  }

  /** The product with a number of the model, in place. It saves that number. */
  scaleInPlace(input: Shaped): Shaped {
    return this.record({
      inputs: [input],
      saves: [this.make([0], input.dtype, 'mul')],
      make: () => this.seenAs(input, input.layout),
      derivatives: [(gradient) => this.fresh(preserved(gradient.layout), input.dtype, 'mul')],
    })
  }

  mul(left: Shaped, right: Shaped): Shaped {
    const savesLeft = right.grad !== undefined
    const product = (gradient: Shaped, factor: Shaped | undefined): Shaped =>
      this.fresh(
        elementwise(gradient.layout, factor?.layout ?? gradient.layout),
        wider(gradient.dtype, factor?.dtype ?? gradient.dtype),
        'mul',
      )
    return this.record({
      inputs: [left, right],
      saves: [...(savesLeft ? [left] : []), ...(left.grad ? [right] : [])],
      make: () => this.fresh(elementwise(left.layout, right.layout), wider(left.dtype, right.dtype), 'mul'),
      derivatives: [
        (gradient, saved) => product(gradient, saved[savesLeft ? 1 : 0]),
        (gradient, saved) => product(gradient, saved[0]),
      ],
    })
  }

  /** Backward makes the sign first. */
  abs(input: Shaped): Shaped {
    return this.record({
      inputs: [input],
      saves: [input],
      make: () => this.fresh(preserved(input.layout), input.dtype, 'abs'),
      derivatives: [
        (gradient) => {
          const sign = this.fresh(preserved(input.layout), input.dtype, 'sgn')
          const made = this.fresh(elementwise(gradient.layout, sign.layout), input.dtype, 'mul')
          this.done(sign)
          return made
        },
      ],
    })
  }

  /** A power with a number as exponent. */
  pow(given: Shaped): Shaped {
    const input = this.wide(given)
    return this.record({
      inputs: [input],
      saves: [input],
      make: () => this.fresh(preserved(input.layout), input.dtype, 'pow'),
      derivatives: [
        (gradient, [saved]) => {
          const lower = this.fresh(preserved(input.layout), input.dtype, 'pow')
          const multiple = this.fresh(preserved(input.layout), input.dtype, 'mul')
          const made = this.fresh(elementwise(gradient.layout, saved?.layout ?? input.layout), input.dtype, 'mul')
          this.done(lower, multiple)
          return made
        },
      ],
    })
  }

  rsqrt(input: Shaped): Shaped {
    return this.record({
      inputs: [input],
      savesOutput: true,
      make: () => this.fresh(preserved(input.layout), input.dtype, 'rsqrt'),
      derivatives: [
        () => {
          const cube = this.fresh(preserved(input.layout), input.dtype, 'pow')
          const half = this.fresh(preserved(input.layout), input.dtype, 'mul')
          this.done(cube)
          const made = this.fresh(preserved(input.layout), input.dtype, 'mul')
          this.done(half)
          return made
        },
      ],
    })
  }

  /** A quotient. Saves both operands. */
  divide(left: Shaped, right: Shaped): Shaped {
    const { layout } = left
    const dtype = wider(left.dtype, right.dtype)
    const fresh = (name: string): Shaped => this.fresh(preserved(layout), dtype, name)
    // The gradient of the denominator is computed first.
    let denominator: Shaped | undefined
    return this.record({
      inputs: [left, right],
      saves: [left, right],
      make: () => fresh('div'),
      derivatives: [
        () => {
          if (right.grad) denominator = this.#denominator(fresh)
          return fresh('div')
        },
        () => denominator ?? this.#denominator(fresh),
      ],
    })
  }

  #denominator(fresh: (name: string) => Shaped): Shaped {
    const steps = ['div', 'div', 'neg'].map(fresh)
    const made = fresh('mul')
    this.done(...steps)
    return made
  }

  sqrt(input: Shaped): Shaped {
    return this.record({
      inputs: [input],
      savesOutput: true,
      make: () => this.fresh(preserved(input.layout), input.dtype, 'sqrt'),
      derivatives: [
        () => {
          const twice = this.fresh(preserved(input.layout), input.dtype, 'mul')
          const made = this.fresh(preserved(input.layout), input.dtype, 'div')
          this.done(twice)
          return made
        },
      ],
    })
  }
}
