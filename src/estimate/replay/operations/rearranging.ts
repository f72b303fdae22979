import { type ComputeDtype, DTYPE_BYTES } from '../dtype.js'
import { rowsSumBytes } from '../kernel-memory/rows-sum.js'
import type { Storage } from '../memory-ledger.js'
import type { Tape, Tensor } from '../tape.js'

/** Operations that copy, cast, split and concatenate. The first part of {@link Operations}. */
export class Rearranging {
  readonly tape: Tape

  constructor(tape: Tape) {
    this.tape = tape
  }

  /** A copy in another dtype, or the same tensor if it already has that dtype. */
  to(input: Tensor, dtype: ComputeDtype): Tensor {
    if (input.dtype === dtype) return this.tape.alias(input)
    return this.tape.record(
      [input],
      {},
      () => this.tape.tensor(input.elements, dtype, '_to_copy'),
      () => [this.gradient(input.elements, input.dtype, '_to_copy')],
    )
  }

  /** A view whose gradient must first be made contiguous, because it comes transposed. */
  exchanged(input: Tensor): Tensor {
    return this.tape.record(
      [input],
      {},
      () => ({ ...this.tape.alias(input) }),
      () => [this.gradient(input.elements, input.dtype, 'clone')],
    )
  }

  /** A view of the whole tensor. The gradients of its uses are summed before they are added to those of other views. */
  view(input: Tensor): Tensor {
    return this.tape.marker(input, () => {})
  }

  /** A part of a tensor, as a view. Its gradient is as large as the whole, with zeros around it. */
  slice(input: Tensor, elements: number): Tensor {
    return this.tape.record(
      [input],
      {},
      () => ({ ...this.tape.alias(input), elements }),
      () => [this.gradient(input.elements, input.dtype, 'slice_backward')],
    )
  }

  /** A copy with zeros after each row. Its gradient is a copy without them. */
  pad(input: Tensor, elements: number): Tensor {
    return this.tape.record(
      [input],
      {},
      () => this.tape.tensor(elements, input.dtype, 'constant_pad_nd'),
      () => [this.gradient(input.elements, input.dtype, 'constant_pad_nd')],
    )
  }

  /**
   * An image of another size, by linear interpolation. CUDA makes the gradient of the result contiguous first, which is a part of
   * another tensor (`upsample_bilinear2d_backward_out_cuda_template` in torch's `UpSampleBilinear2d.cu`).
   */
  resized(input: Tensor, elements: number): Tensor {
    return this.tape.record(
      [input],
      {},
      () => this.tape.tensor(elements, input.dtype, 'upsample_bilinear2d'),
      () => {
        const made = this.gradient(input.elements, input.dtype, 'upsample_bilinear2d_backward')
        this.tape.ledger.observe('upsample_bilinear2d_backward', elements * DTYPE_BYTES[input.dtype])
        return [made]
      },
    )
  }

  /** `grid_sample`: saves the table and the places. Its backward makes a gradient of the places, too, which nothing takes. */
  sampled(table: Tensor, places: Tensor, elements: number): Tensor {
    return this.tape.record(
      [table],
      { before: [table, places] },
      () => this.tape.tensor(elements, table.dtype, 'grid_sampler_2d'),
      () => {
        const made = this.gradient(table.elements, table.dtype, 'grid_sampler_2d_backward')
        this.tape.ledger.observe('grid_sampler_2d_backward', places.elements * DTYPE_BYTES[places.dtype])
        return [made]
      },
    )
  }

  /**
   * Neighbours side by side, of an image whose channels come last, without overlap. CUDA's kernels make what they read contiguous
   * (`im2col_out_cuda_template` and `col2im_out_cuda_template`).
   */
  unfolded(input: Tensor): Tensor {
    const { elements, dtype } = input
    const copied = elements * DTYPE_BYTES[dtype]
    return this.tape.record(
      [input],
      {},
      () => {
        const output = this.tape.tensor(elements, dtype, 'im2col')
        this.tape.ledger.observe('im2col', copied)
        return output
      },
      () => {
        const made = this.gradient(elements, dtype, 'col2im')
        this.tape.ledger.observe('col2im', copied)
        return [made]
      },
    )
  }

  /** The parts of a split tensor. Their gradients are concatenated. */
  split(input: Tensor, sizes: readonly number[]): Tensor[] {
    const collected: Storage[] = []
    const whole = this.tape.record(
      [input],
      {},
      () => ({ ...this.tape.alias(input) }),
      () => {
        const made = this.gradient(input.elements, input.dtype, 'cat')
        for (const part of collected) this.tape.ledger.release(part)
        return [made]
      },
    )
    const parts = sizes.map((elements) =>
      this.tape.record(
        [whole],
        {},
        () => ({ ...this.tape.alias(whole), elements }),
        (gradient) => {
          collected.push(this.tape.ledger.retain(gradient))
          return [this.tape.ledger.allocate(0)]
        },
      ),
    )
    this.tape.free(whole)
    return parts
  }

  /** A copy in another memory order: what `contiguous()` makes of a tensor that is not contiguous. */
  contiguous(input: Tensor): Tensor {
    return this.tape.record(
      [input],
      {},
      () => this.tape.tensor(input.elements, input.dtype, 'clone'),
      (gradient) => [this.tape.ledger.retain(gradient)],
    )
  }

  /** A copy in another memory order, whose gradient is a copy in the original order. */
  reordered(input: Tensor): Tensor {
    return this.tape.record(
      [input],
      {},
      () => this.tape.tensor(input.elements, input.dtype, 'clone'),
      () => [this.gradient(input.elements, input.dtype, 'clone')],
    )
  }

  /** A concatenation. The gradient of each part is a view. */
  cat(inputs: readonly Tensor[]): Tensor {
    const elements = inputs.reduce((sum, input) => sum + input.elements, 0)
    const [first] = inputs
    return this.tape.record(
      inputs,
      {},
      () => this.tape.tensor(elements, first?.dtype ?? 'bfloat16', 'cat'),
      (gradient) => inputs.map((input) => input.grad && this.tape.ledger.retain(gradient)),
    )
  }

  /**
   * A storage for a gradient.
   *
   * @param withinBytes - what CUDA's kernel holds within itself
   */
  gradient(elements: number, dtype: ComputeDtype, operation: string, withinBytes = 0): Storage {
    const storage = this.tape.ledger.allocate(elements * DTYPE_BYTES[dtype])
    this.tape.ledger.observe(operation, 0, withinBytes)
    return storage
  }

  /** The same of an operation that returns it to the engine as it is: the engine may add another gradient to it in place. */
  protected result(elements: number, dtype: ComputeDtype, operation: string): Storage {
    const storage = this.gradient(elements, dtype, operation)
    storage.isResult = true
    return storage
  }

  /** The gradient of a row that was added to, or multiplied with, so many others: its sum over them. */
  rowsSum(elements: number, dtype: ComputeDtype, rows: number): Storage {
    return this.gradient(elements, dtype, 'sum', rowsSumBytes(rows, elements, DTYPE_BYTES[dtype]))
  }

  /** A gradient cast to the dtype of its tensor. Frees the original. */
  protected cast(gradient: Storage, { elements, dtype }: Tensor): Storage {
    const made = this.gradient(elements, dtype, '_to_copy')
    this.tape.ledger.release(gradient)
    return made
  }
}
