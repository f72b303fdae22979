import { DTYPE_BYTES } from '../dtype.js'
import { GroupedArrays } from './grouped-arrays.js'
import { contiguous, isContiguous, sizeOf, viewed } from './layout.js'
import { preserved, type Shaped } from './shaped.js'

/** Arrays with the operations of sparse attention: overlapping chunks, and rows put in places. */
export class SparseArrays extends GroupedArrays {
  /**
   * A view whose parts overlap (`as_strided`). Its gradient is added to zeros by the place of each element, which are numbered first
   * (`as_strided_backward` in torch's `FunctionsManual.cpp`).
   */
  overlapping(input: Shaped, shape: readonly number[], strides: readonly number[]): Shaped {
    const { layout, dtype, elements } = input
    return this.record({
      inputs: [input],
      make: () => this.seenAs(input, { shape, strides }),
      derivatives: [
        (gradient) => {
          const whole = { ...this.fresh(contiguous([elements]), gradient.dtype, 'new_zeros'), layout, dtype }
          if (sizeOf(shape) <= elements) return whole
          const places = this.fresh(contiguous([elements]), 'int64', 'arange')
          const isFlat = viewed(gradient.layout, [gradient.elements]) !== undefined
          const flat = isFlat ? undefined : this.fresh(contiguous(shape), gradient.dtype, 'clone')
          const ofEach = this.fresh(contiguous(shape), 'int64', 'clone')
          this.done(flat, ofEach, places)
          return whole
        },
      ],
    })
  }

  /** A copy in the same memory order (`clone`). Its gradient is passed on. */
  duplicate(input: Shaped): Shaped {
    return this.record({
      inputs: [input],
      make: () => this.fresh(preserved(input.layout), input.dtype, 'clone'),
      derivatives: [(gradient) => gradient],
    })
  }

  /** A copy with another array, which has no gradient, in some places (`other.where(mask, input)`). Saves the mask. */
  outside(input: Shaped, mask: Shaped, other: Shaped): Shaped {
    const { layout, dtype } = input
    const made = this.record({
      inputs: [input],
      saves: [mask],
      make: () => this.fresh(contiguous(layout.shape), dtype, 'where'),
      derivatives: [
        () => {
          const zero = this.fresh(contiguous([]), dtype, 'scalar_tensor')
          const chosen = this.fresh(contiguous(layout.shape), dtype, 'where')
          this.done(zero)
          return chosen
        },
      ],
    })
    this.done(other)
    return made
  }

  /** Rows put in places of an array, in place. The gradient of the whole is a copy with zeros there; that of the rows is selected. */
  putRows(into: Shaped, places: Shaped, rows: Shaped): Shaped {
    return this.record({
      inputs: [into, rows],
      saves: [places],
      make: () => this.seenAs(into, into.layout),
      derivatives: [
        (gradient) => {
          const zeros = this.fresh(contiguous(rows.layout.shape), gradient.dtype, 'zeros')
          const made = this.fresh(preserved(gradient.layout), gradient.dtype, 'index_put')
          this.done(zeros)
          return made
        },
        () => this.fresh(contiguous(rows.layout.shape), rows.dtype, 'index'),
      ],
    })
  }

  /**
   * A number put in places of a view, in place. Backward copies the whole gradient, and the part of it twice (`CopySlices` of torch).
   */
  putNumber(into: Shaped, places: Shaped): Shaped {
    const { layout, dtype } = into
    this.done(this.make([1], dtype, 'lift_fresh'))
    return this.record({
      inputs: [into],
      saves: [places],
      make: () => this.seenAs(into, layout),
      derivatives: [
        () => {
          const whole = this.fresh(preserved(layout), dtype, 'new_empty_strided')
          const part = this.fresh(contiguous(layout.shape), dtype, 'clone')
          const zero = this.fresh(contiguous([]), dtype, 'zeros')
          this.done(part, zero, this.fresh(contiguous(layout.shape), dtype, 'index_put'))
          return whole
        },
      ],
    })
  }

  /**
   * A softmax over the last dimension, in float32 (`softmax(x, dtype=torch.float32)`). CUDA turns float16 (and only that) to float32 inside the kernel,
   * and makes contiguous what it reads (`host_softmax` in torch's `SoftMax.cu`).
   */
  wideSoftmax(given: Shaped): Shaped {
    const input = given.dtype === 'float16' ? given : this.to(given, 'float32')
    const { layout, dtype, elements } = input
    const whole = contiguous(layout.shape)
    return this.record({
      inputs: [input],
      savesOutput: true,
      make: () => {
        const made = this.fresh(whole, 'float32', '_softmax')
        this.tape.ledger.observe('_softmax', isContiguous(layout) ? 0 : elements * DTYPE_BYTES[dtype])
        return made
      },
      derivatives: [
        () => {
          const made = this.fresh(whole, dtype, '_softmax_backward_data')
          this.tape.ledger.observe('_softmax_backward_data', elements * DTYPE_BYTES.float32)
          return made
        },
      ],
    })
  }
}
