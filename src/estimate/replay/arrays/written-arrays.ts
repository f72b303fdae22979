import { contiguous } from './layout.js'
import { preserved, type Shaped } from './shaped.js'
import { SparseArrays } from './sparse-arrays.js'

/** Arrays with the operations of encoders that are written over them. */
export class WrittenArrays extends SparseArrays {
  /**
   * The product with a number in place of a view. Backward copies the whole gradient, and the part of it twice (`CopySlices` of torch).
   */
  scaleViewInPlace(input: Shaped): Shaped {
    const { layout, dtype } = input
    return this.record({
      inputs: [input],
      make: () => this.seenAs(input, layout),
      derivatives: [
        () => {
          const whole = this.fresh(layout, dtype, 'new_empty_strided')
          const part = this.fresh(contiguous(layout.shape), dtype, 'clone')
          this.done(this.fresh(contiguous(layout.shape), dtype, 'div'), part)
          return whole
        },
      ],
    })
  }

  /** The mean over one dimension, which goes away. */
  meanOver(input: Shaped, dim: number): Shaped {
    const { shape } = input.layout
    return this.record({
      inputs: [input],
      make: () => this.fresh(contiguous(shape.toSpliced(dim, 1)), input.dtype, 'mean'),
      derivatives: [() => this.fresh(contiguous(shape), input.dtype, 'div')],
    })
  }

  /** The standard deviation over the steps of `[batch, steps, channels]`. Backward makes the differences from the mean first (`var_backward` of torch). */
  deviation(input: Shaped): Shaped {
    const { layout, dtype } = input
    const [batch = 1, , channels = 1] = layout.shape
    const one = (name: string): Shaped => this.fresh(contiguous([batch, 1, channels]), dtype, name)
    return this.record({
      inputs: [input],
      saves: [input],
      savesOutput: true,
      make: () => this.fresh(contiguous([batch, channels]), dtype, 'std'),
      derivatives: [
        () => {
          const share = one('div')
          const scaled = one('mul')
          const mean = one('mean')
          const differences = this.fresh(preserved(layout), dtype, 'sub')
          this.done(mean)
          const made = this.fresh(preserved(layout), dtype, 'mul')
          this.done(share, scaled, differences)
          return made
        },
      ],
    })
  }

  /** Elements of one array or of another, by a mask. Each gets a gradient with zeros where the other was taken. */
  chosen(mask: Shaped, one: Shaped, other: Shaped): Shaped {
    const { layout, dtype } = one
    const part = (): Shaped => {
      const zero = this.fresh(contiguous([]), dtype, 'scalar_tensor')
      const made = this.fresh(preserved(layout), dtype, 'where')
      this.done(zero)
      return made
    }
    return this.record({
      inputs: [one, other],
      saves: [mask],
      make: () => this.fresh(preserved(layout), dtype, 'where'),
      derivatives: [part, part],
    })
  }

  /** The largest number of each row, which is kept (`amax`). Its gradient is shared by the places that have it. */
  largestOfRows(input: Shaped): Shaped {
    const { shape } = input.layout
    const rows = contiguous(shape.with(-1, 1))
    return this.record({
      inputs: [input],
      saves: [input],
      savesOutput: true,
      make: () => this.fresh(rows, input.dtype, 'amax'),
      derivatives: [
        (gradient) => {
          const isLargest = this.fresh(contiguous(shape), 'bool', 'eq')
          const count = this.fresh(rows, 'int64', 'sum')
          const share = this.fresh(rows, gradient.dtype, 'div')
          const made = this.fresh(contiguous(shape), input.dtype, 'mul')
          this.done(isLargest, count, share)
          return made
        },
      ],
    })
  }

  /** The largest of all numbers. Its gradient is spread over the places that have it. */
  max(input: Shaped): Shaped {
    const { shape } = input.layout
    return this.record({
      inputs: [input],
      saves: [input],
      savesOutput: true,
      make: () => this.fresh(contiguous([]), input.dtype, 'max'),
      derivatives: [
        () => {
          const isLargest = this.fresh(contiguous(shape), 'bool', 'eq')
          const made = this.fresh(contiguous(shape), input.dtype, 'mul')
          this.done(isLargest)
          return made
        },
      ],
    })
  }

  /** Real numbers as complex ones, which have two numbers in a further dimension. */
  complex(input: Shaped): Shaped {
    const { shape } = input.layout
    return this.record({
      inputs: [input],
      make: () => this.fresh(contiguous([...shape, 2]), input.dtype, '_to_copy'),
      derivatives: [
        (gradient) => this.seenAs(gradient, { shape, strides: gradient.layout.strides.slice(0, shape.length) }),
      ],
    })
  }

  /** A Fourier transform of complex numbers. Keeps nothing. */
  fourier(input: Shaped): Shaped {
    const make = (): Shaped => this.fresh(contiguous(input.layout.shape), input.dtype, '_fft_c2c')
    return this.record({ inputs: [input], make, derivatives: [make] })
  }
}
