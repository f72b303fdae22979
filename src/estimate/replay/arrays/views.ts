import type { ComputeDtype } from '../dtype.js'
import type { Storage } from '../memory-ledger.js'
import {
  contiguous,
  expanded,
  filled,
  isContiguous,
  type Layout,
  permuted,
  resized,
  sizeOf,
  unsqueezed,
  viewed,
  without,
} from './layout.js'
import { Recorder, type Shaped } from './shaped.js'

/** Views of arrays, and copies in another order. */
export class Views extends Recorder {
  /** A view whose gradient has the given layout function applied backwards. */
  #view(input: Shaped, layout: Layout, back: (gradient: Shaped) => Shaped): Shaped {
    return this.record({
      inputs: [input],
      make: () => this.seenAs(input, layout),
      derivatives: [back],
    })
  }

  /** The same elements in another shape, as a view; `reshape` of torch copies them first where that needs it. */
  reshape(input: Shaped, shape: readonly number[]): Shaped {
    const { layout } = input
    const whole = filled(shape, sizeOf(layout.shape))
    if (sizeOf(whole) !== sizeOf(layout.shape))
      throw new RangeError(
        `This model has no forward pass: its code reads [${layout.shape.join(', ')}] as [${whole.join(', ')}]`,
      )
    const seen = viewed(layout, whole)
    if (seen) return this.#view(input, seen, (gradient) => this.reshape(gradient, layout.shape))
    return this.reshape(this.clone(input), whole)
  }

  permute(input: Shaped, order: readonly number[]): Shaped {
    const back = order.map((_, dim) => order.indexOf(dim))
    return this.#view(input, permuted(input.layout, order), (gradient) => this.permute(gradient, back))
  }

  transpose(input: Shaped, one: number, other: number): Shaped {
    const { length } = input.layout.shape
    const [a, b] = [(one + length) % length, (other + length) % length]
    return this.permute(
      input,
      input.layout.shape.map((_, dim) => (dim === a ? b : dim === b ? a : dim)),
    )
  }

  unsqueeze(input: Shaped, dim: number): Shaped {
    const at = dim < 0 ? input.layout.shape.length + 1 + dim : dim
    return this.#view(input, unsqueezed(input.layout, at), (gradient) => this.squeeze(gradient, at))
  }

  squeeze(input: Shaped, dim: number): Shaped {
    const at = dim < 0 ? input.layout.shape.length + dim : dim
    return this.#view(input, without(input.layout, at), (gradient) => this.unsqueeze(gradient, at))
  }

  /** Repeated without a copy. Its gradient is summed. */
  expand(input: Shaped, shape: readonly number[]): Shaped {
    return this.#view(input, expanded(input.layout, shape), (gradient) => gradient)
  }

  /**
   * A range of one dimension. Its gradient is as large as the whole, with zeros around it.
   *
   * @param step - how many elements apart it takes them
   */
  slice(input: Shaped, dim: number, size: number, step = 1): Shaped {
    const { layout } = input
    const at = dim < 0 ? layout.shape.length + dim : dim
    if (layout.shape[at] === size) return this.#view(input, layout, (gradient) => gradient)
    return this.#view(input, resized(layout, at, size, step), () =>
      this.fresh(contiguous(layout.shape), input.dtype, 'slice_backward'),
    )
  }

  /** Every second element of the last dimension. */
  everySecond(input: Shaped): Shaped {
    const { shape, strides } = input.layout
    const half = {
      shape: shape.with(-1, (shape.at(-1) ?? 2) / 2),
      strides: strides.with(-1, 2 * (strides.at(-1) ?? 1)),
    }
    return this.#view(input, half, () => this.fresh(contiguous(shape), input.dtype, 'slice_backward'))
  }

  /** One index of a dimension, which goes away. */
  select(input: Shaped, dim: number): Shaped {
    const { layout } = input
    const at = dim < 0 ? layout.shape.length + dim : dim
    return this.#view(input, without(layout, at), () =>
      this.fresh(contiguous(layout.shape), input.dtype, 'select_backward'),
    )
  }

  /** Parts of one dimension. Their gradients are concatenated; a part that has none gets zeros. */
  split(input: Shaped, sizes: readonly number[], dim = -1): Shaped[] {
    const { layout, dtype } = input
    const at = dim < 0 ? layout.shape.length + dim : dim
    const collected: (Storage | undefined)[] = sizes.map(() => undefined)
    const whole = this.record({
      inputs: [input],
      make: () => this.seenAs(input, layout),
      derivatives: [
        () => {
          const zeros = sizes.map((size, index) =>
            collected[index] ? undefined : this.fresh(contiguous(layout.shape.with(at, size)), dtype, 'zeros'),
          )
          const made = this.fresh(contiguous(layout.shape), dtype, 'cat')
          this.done(...zeros)
          for (const storage of collected) if (storage) this.tape.ledger.release(storage)
          return made
        },
      ],
    })
    const parts = sizes.map((size, index) => {
      const part = resized(layout, at, size)
      const output = this.tape.record(
        [whole],
        {},
        () => ({ ...this.tape.alias(whole), elements: sizeOf(part.shape) }),
        (gradient) => {
          collected[index] = this.tape.ledger.retain(gradient)
          return [this.tape.ledger.allocate(0)]
        },
      )
      return { ...output, layout: part, isNamed: false }
    })
    this.tape.free(whole)
    return parts
  }

  /** A copy in the order of the dimensions, whose gradient is passed on. */
  clone(input: Shaped): Shaped {
    return this.record({
      inputs: [input],
      make: () => this.fresh(contiguous(input.layout.shape), input.dtype, 'clone'),
      derivatives: [(gradient) => gradient],
    })
  }

  isContiguous(input: Shaped): boolean {
    return isContiguous(input.layout)
  }

  /** The elements in another order and shape, in a copy both ways (`pixel_shuffle`). */
  rearranged(input: Shaped, shape: readonly number[], name: string): Shaped {
    return this.record({
      inputs: [input],
      make: () => this.fresh(contiguous(shape), input.dtype, name),
      derivatives: [() => this.fresh(contiguous(input.layout.shape), input.dtype, name)],
    })
  }

  contiguous(input: Shaped): Shaped {
    return isContiguous(input.layout) ? input : this.clone(input)
  }

  /** A copy in another dtype, or the same array if it has that dtype. */
  to(input: Shaped, dtype: ComputeDtype): Shaped {
    if (input.dtype === dtype) return input
    return this.record({
      inputs: [input],
      make: () => this.copied({ ...input, isNamed: true }, dtype),
      derivatives: [(gradient) => gradient],
    })
  }

  /** The whole several times along the first dimension, in a copy. Its gradient is summed. */
  repeat(input: Shaped, times: number): Shaped {
    const { shape } = input.layout
    const [first = 1, ...rest] = shape
    return this.record({
      inputs: [input],
      make: () => this.fresh(contiguous([times * first, ...rest]), input.dtype, 'repeat'),
      derivatives: [(gradient) => (times === 1 ? gradient : this.fresh(contiguous(shape), gradient.dtype, 'sum'))],
    })
  }

  /** Every element of one dimension several times, next to each other. */
  repeatInterleave(input: Shaped, times: number, dim: number): Shaped {
    const { shape } = input.layout
    const wide = this.expand(this.unsqueeze(input, dim + 1), shape.toSpliced(dim + 1, 0, times))
    return this.reshape(this.clone(wide), shape.with(dim, (shape[dim] ?? 1) * times))
  }
}
