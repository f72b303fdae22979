import { Arithmetic } from './arithmetic.js'
import { contiguous, elementwise } from './layout.js'
import { preserved, type Shaped } from './shaped.js'

/** Operations that compute each element from those at its place: arithmetic, and those that choose or leave out elements. */
export class Elementwise extends Arithmetic {
  /** A clamp to a range. Its gradient is selected with a mask for each bound. */
  clamp(input: Shaped, bounds: readonly ('ge' | 'le')[] = ['ge', 'le']): Shaped {
    return this.record({
      inputs: [input],
      saves: [input],
      make: () => this.fresh(preserved(input.layout), input.dtype, 'clamp'),
      derivatives: [
        (gradient, [saved]) => {
          const layout = preserved(saved?.layout ?? input.layout)
          const zero = this.fresh(contiguous([]), input.dtype, 'scalar_tensor')
          const masks = bounds.map((bound) => this.fresh(layout, 'bool', bound))
          const made = this.fresh(elementwise(gradient.layout, layout), input.dtype, 'where')
          this.done(zero, ...masks)
          return made
        },
      ],
    })
  }

  /** The larger (or the smaller) of each element and a number, which is a tensor. Backward halves the gradient where both are equal. */
  maximum(input: Shaped): Shaped {
    const { layout, dtype } = input
    return this.record({
      inputs: [input],
      saves: [input],
      make: () => this.fresh(preserved(layout), dtype, 'maximum'),
      derivatives: [
        (gradient) => {
          const less = this.fresh(preserved(layout), 'bool', 'lt')
          const half = this.fresh(preserved(gradient.layout), gradient.dtype, 'div')
          const equal = this.fresh(preserved(layout), 'bool', 'eq')
          const chosen = this.fresh(preserved(layout), gradient.dtype, 'where')
          const made = this.fresh(preserved(layout), gradient.dtype, 'masked_fill')
          this.done(less, half, equal, chosen)
          return made
        },
      ],
    })
  }

  /** A copy with a part set to zero. It saves a mask of one byte for each element. */
  dropout(input: Shaped): Shaped {
    const mask = { ...this.fresh(preserved(input.layout), 'bool', 'native_dropout'), isNamed: true }
    const output = this.record({
      inputs: [input],
      saves: [mask],
      make: () => this.fresh(preserved(input.layout), input.dtype, 'native_dropout'),
      derivatives: [
        (gradient, [saved]) =>
          this.fresh(
            elementwise(gradient.layout, saved?.layout ?? input.layout),
            input.dtype,
            'native_dropout_backward',
          ),
      ],
    })
    this.tape.free(mask)
    return output
  }

  /** Some elements replaced by a number. Saves the mask. */
  maskedFill(input: Shaped, mask: Shaped): Shaped {
    return this.record({
      inputs: [input],
      saves: [mask],
      make: () => this.fresh(contiguous(input.layout.shape), input.dtype, 'masked_fill'),
      derivatives: [() => this.fresh(contiguous(input.layout.shape), input.dtype, 'masked_fill')],
    })
  }

  /** The same in place. */
  maskedFillInPlace(input: Shaped, mask: Shaped): Shaped {
    return this.record({
      inputs: [input],
      saves: [mask],
      make: () => this.seenAs(input, input.layout),
      derivatives: [() => this.fresh(contiguous(input.layout.shape), input.dtype, 'masked_fill')],
    })
  }

  /** The lower triangle of the last two dimensions. */
  tril(input: Shaped): Shaped {
    const make = (): Shaped => this.fresh(contiguous(input.layout.shape), input.dtype, 'tril')
    return this.record({ inputs: [input], make, derivatives: [make] })
  }
}
