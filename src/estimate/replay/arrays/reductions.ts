import { Elementwise } from './elementwise.js'
import { contiguous, sizeOf } from './layout.js'
import { preserved, type Shaped } from './shaped.js'

/** Sums and means over dimensions. */
export class Reductions extends Elementwise {
  /** A sum over dimensions. Its gradient is repeated as a view. */
  sum(given: Shaped, dims: readonly number[], keeps = false): Shaped {
    const input = this.wide(given)
    const { shape } = input.layout
    const at = dims.map((dim) => (dim < 0 ? shape.length + dim : dim))
    const kept = shape.map((size, dim) => (at.includes(dim) ? 1 : size))
    const left = keeps ? kept : shape.filter((_, dim) => !at.includes(dim))
    return this.record({
      inputs: [input],
      make: () => this.fresh(contiguous(left), input.dtype, 'sum'),
      derivatives: [(gradient) => this.expand(this.#spread(gradient, at, keeps), shape)],
    })
  }

  /** A gradient with the dimensions that a sum has taken away. */
  #spread(gradient: Shaped, dims: readonly number[], keeps: boolean): Shaped {
    if (keeps) return gradient
    let spread = gradient
    for (const dim of dims.toSorted((a, b) => a - b)) spread = this.unsqueeze(spread, dim)
    return spread
  }

  /** The mean over the last dimension, which is kept. */
  mean(input: Shaped): Shaped {
    const { shape } = input.layout
    return this.record({
      inputs: [input],
      make: () => this.fresh(contiguous(shape.with(-1, 1)), input.dtype, 'mean'),
      derivatives: [() => this.fresh(contiguous(shape), input.dtype, 'div')],
    })
  }

  /** The length of each vector of one dimension, which is kept. Autocast has it in float32, without a copy of the vectors. */
  vectorNorm(input: Shaped, dim = -1): Shaped {
    const dtype = this.layers.autocast ? 'float32' : input.dtype
    const { shape } = input.layout
    const kept = contiguous(shape.with(dim, 1))
    return this.record({
      inputs: [input],
      saves: [input],
      savesOutput: true,
      make: () => this.fresh(kept, dtype, 'linalg_vector_norm'),
      derivatives: [
        (gradient) => {
          const unit = this.fresh(contiguous(shape), gradient.dtype, 'div')
          const isZero = this.fresh(kept, 'bool', 'eq')
          this.done(isZero)
          const made = this.fresh(contiguous(shape), gradient.dtype, 'mul')
          this.done(unit)
          return made
        },
      ],
    })
  }

  /** A running sum. Its gradient is turned around, summed and turned around again. */
  cumsum(given: Shaped, dim: number): Shaped {
    const input = this.wide(given)
    const { shape } = input.layout
    return this.record({
      inputs: [input],
      make: () => this.fresh(contiguous(shape), input.dtype, 'cumsum'),
      derivatives: [
        (gradient) => {
          if (shape.at(dim) === 1 || sizeOf(shape) <= 1) return gradient
          const turned = this.fresh(preserved(gradient.layout), gradient.dtype, 'flip')
          const sum = this.fresh(contiguous(shape), gradient.dtype, 'cumsum')
          this.done(turned)
          const made = this.fresh(contiguous(shape), gradient.dtype, 'flip')
          this.done(sum)
          return made
        },
      ],
    })
  }
}
