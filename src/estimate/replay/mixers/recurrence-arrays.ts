import { Arrays } from '../arrays/arrays.js'
import { contiguous } from '../arrays/layout.js'
import type { Shaped } from '../arrays/shaped.js'

/** Arrays with the operations of gated linear recurrences. */
export class RecurrenceArrays extends Arrays {
  /** The product of each block of features with its own matrix, with a row added to each of its rows (`baddbmm`). */
  blockProduct(input: Shaped, name: string): Shaped {
    const { layers } = this
    const cast = (array: Shaped): Shaped => (layers.autocast ? this.to(array, layers.half) : array)
    const matrix = this.parameter(`${name}_weight`)
    const { shape } = matrix.layout
    const own = layers.autocast ? { ...layers.castParameter(matrix), layout: matrix.layout, isNamed: false } : matrix
    const rows = cast(input)
    const row = cast(this.unsqueeze(this.parameter(`${name}_bias`), 1))
    const [blocks = 1, count = 1] = rows.layout.shape
    const made = contiguous([blocks, count, shape[2] ?? 1])
    return this.record({
      inputs: [row, rows, own],
      saves: [...(own.grad ? [rows] : []), ...(rows.grad ? [own] : [])],
      make: () => this.fresh(made, rows.dtype, 'baddbmm'),
      derivatives: [
        (gradient) => gradient,
        () => this.fresh(contiguous(rows.layout.shape), rows.dtype, 'bmm'),
        () => this.fresh(contiguous(shape), rows.dtype, 'bmm'),
      ],
    })
  }

  /** A root whose gradient is bounded, in a function of its own (`SqrtBoundDerivative`). */
  boundedRoot(input: Shaped): Shaped {
    const fresh = (name: string): Shaped => this.fresh(input.layout, input.dtype, name)
    return this.record({
      inputs: [input],
      saves: [input],
      make: () => fresh('sqrt'),
      derivatives: [
        () => {
          const multiple = fresh('mul')
          const clipped = fresh('clamp')
          this.done(multiple)
          const root = fresh('sqrt')
          const made = fresh('div')
          this.done(root, clipped)
          return made
        },
      ],
    })
  }

  /** Zeros in the memory order of another array. */
  zerosLike({ layout, dtype }: Shaped): Shaped {
    return this.fresh(layout, dtype, 'zeros_like')
  }
}
