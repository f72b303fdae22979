import type { ComputeDtype } from '../dtype.js'
import { Arrays } from './arrays.js'
import { contiguous, type Layout } from './layout.js'
import type { Shaped } from './shaped.js'

/** Arrays with the operations of a delta rule that solves its chunks as triangular systems. */
export class SolvingArrays extends Arrays {
  /** A copy in another dtype, without gaps and in the order of its dimensions. */
  toContiguous(input: Shaped, dtype: ComputeDtype): Shaped {
    if (input.dtype === dtype) return input
    return this.record({
      inputs: [input],
      make: () => this.fresh(contiguous(input.layout.shape), dtype, '_to_copy'),
      derivatives: [(gradient) => gradient],
    })
  }

  /**
   * The solution of triangular systems, column by column in memory. Its backward solves the transposed systems, and makes the
   * gradient of the matrices from that (`linalg_solve_triangular_backward` in torch's `FunctionsManual.cpp`).
   */
  solve(matrices: Shaped, right: Shaped): Shaped {
    const columns = turned(right.layout.shape)
    const make = (): Shaped => this.fresh(columns, right.dtype, 'linalg_solve_triangular')
    return this.record({
      inputs: [right, matrices],
      saves: [matrices],
      savesOutput: true,
      make,
      derivatives: [
        make,
        () => {
          const { layout, dtype } = matrices
          const product = this.fresh(contiguous(layout.shape), dtype, 'bmm')
          const negative = this.fresh(contiguous(layout.shape), dtype, 'neg')
          this.done(product)
          const lower = this.fresh(contiguous(layout.shape), dtype, 'tril')
          this.done(negative)
          return lower
        },
      ],
    })
  }

  log(input: Shaped): Shaped {
    const make = (): Shaped => this.fresh(contiguous(input.layout.shape), input.dtype, 'log')
    return this.record({ inputs: [input], saves: [input], make, derivatives: [make] })
  }

  /** A quotient, whose own gradient comes first. */
  override divide(left: Shaped, right: Shaped): Shaped {
    const fresh = (name: string): Shaped => this.fresh(contiguous(left.layout.shape), left.dtype, name)
    return this.record({
      inputs: [left, right],
      saves: [left, right],
      make: () => fresh('div'),
      derivatives: [
        () => fresh('div'),
        () => {
          const negative = fresh('neg')
          const first = fresh('div')
          const second = fresh('div')
          this.done(first)
          const made = fresh('mul')
          this.done(negative, second)
          return made
        },
      ],
    })
  }

  /** One array where a mask holds, the other elsewhere. Saves the mask. */
  where(mask: Shaped, left: Shaped, right: Shaped): Shaped {
    const make = (): Shaped => this.fresh(contiguous(left.layout.shape), left.dtype, 'where')
    return this.record({ inputs: [left, right], saves: [mask], make, derivatives: [make, make] })
  }

  /** Zeros like another array, in its memory order. */
  zerosLike({ layout, dtype }: Shaped): Shaped {
    return this.fresh(layout, dtype, 'zeros_like')
  }
}

/** Matrices whose columns are next to each other. */
function turned(shape: readonly number[]): Layout {
  const [rows = 1, columns = 1] = shape.slice(-2)
  const { strides } = contiguous([...shape.slice(0, -2), columns, rows])
  return { shape, strides: [...strides.slice(0, -2), 1, rows] }
}
