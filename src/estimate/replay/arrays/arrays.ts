import type { Gradient } from '../tape.js'
import { contiguous, padded } from './layout.js'
import { Products } from './products.js'
import { preserved, type Shaped, wider } from './shaped.js'

/**
 * Operations on arrays as torch runs them, to write the code of a model line by line: each knows the layout of what it makes, so
 * that copies happen where torch makes them. Under autocast, the operations of CUDA's lists are cast.
 */
export class Arrays extends Products {
  /**
   * A part of an array set to a value, in place (`x[:, i] = value`). Backward copies the whole gradient, and the part of it twice
   * (`CopySlices` of torch).
   */
  assign(into: Shaped, value: Shaped): Shaped {
    const { shape } = value.layout
    const { tape } = this
    const output = tape.record(
      [into, value],
      {},
      () => ({ ...tape.alias(into) }),
      () => {
        const whole = this.fresh(into.layout, into.dtype, 'new_empty_strided')
        const part = this.fresh(contiguous(shape), into.dtype, 'clone')
        if (into.grad) this.done(this.fresh(contiguous(shape), into.dtype, 'zeros_like'))
        const { layout } = part
        const own: Gradient | (() => Gradient) =
          value.dtype === into.dtype
            ? { storage: part.storage, layout, dtype: into.dtype }
            : () => {
                const cast = this.copied(part, value.dtype)
                return { storage: cast.storage, layout, dtype: value.dtype }
              }
        if (!value.grad) this.done(part)
        if (!into.grad) this.done(whole)
        return [into.grad && { storage: whole.storage, layout: into.layout, dtype: into.dtype }, value.grad && own]
      },
    )
    this.done(value)
    return { ...output, layout: into.layout, isNamed: false }
  }

  /**
   * A value added in place to a part of an array, or to a view of all of it. Backward copies the whole gradient, and the part of it (`CopySlices`
   * of torch).
   */
  addInto(into: Shaped, value: Shaped, part: readonly number[]): Shaped {
    let copy: Shaped | undefined
    return this.record({
      inputs: [into, value],
      make: () => this.seenAs(into, into.layout),
      derivatives: [
        () => {
          const whole = this.fresh(preserved(into.layout), into.dtype, 'new_empty_strided')
          copy = this.fresh(contiguous(part), into.dtype, 'clone')
          if (!value.grad) this.done(copy)
          return whole
        },
        (gradient) => copy ?? this.copied({ ...gradient, isNamed: true }, into.dtype),
      ],
    })
  }

  /** Zeros before or after each row of a dimension. Nothing is copied where there are none. */
  pad(input: Shaped, dim: number, added: number): Shaped {
    const { layout } = input
    const at = dim < 0 ? layout.shape.length + dim : dim
    const size = (layout.shape[at] ?? 1) + added
    return this.record({
      inputs: [input],
      make: () => this.fresh(padded(layout, layout.shape.with(at, size)), input.dtype, 'constant_pad_nd'),
      derivatives: [() => this.fresh(contiguous(layout.shape), input.dtype, 'constant_pad_nd')],
    })
  }

  /**
   * A concatenation. The gradient of each part is a view.
   *
   * @param whole - the size of the dimension, if not all parts are replayed
   */
  cat(inputs: readonly Shaped[], dim: number, whole?: number): Shaped {
    const [first] = inputs
    const shape = first?.layout.shape ?? []
    const at = dim < 0 ? shape.length + dim : dim
    const size = whole ?? inputs.reduce((sum, input) => sum + (input.layout.shape[at] ?? 0), 0)
    const dtype = inputs.map((input) => input.dtype).reduce(wider)
    return this.record({
      inputs,
      make: () => this.fresh(contiguous(shape.with(at, size)), dtype, 'cat'),
      derivatives: inputs.map(
        (input) => (gradient: Shaped) =>
          this.seenAs(gradient, { shape: input.layout.shape, strides: gradient.layout.strides }),
      ),
    })
  }

  /**
   * Arrays of the same shape, next to each other in a new last dimension. The gradient of each is a view.
   *
   * @param count - how many there are, if not all of them are replayed
   */
  stack(inputs: readonly Shaped[], count = inputs.length): Shaped {
    const shape = inputs[0]?.layout.shape ?? []
    return this.record({
      inputs,
      make: () => this.fresh(contiguous([...shape, count]), inputs[0]?.dtype ?? 'bfloat16', 'stack'),
      derivatives: inputs.map(
        () => (gradient: Shaped) => this.seenAs(gradient, { shape, strides: gradient.layout.strides.slice(0, -1) }),
      ),
    })
  }
}
