import { Arrays } from './arrays.js'
import { contiguous } from './layout.js'
import { preserved, type Shaped } from './shaped.js'

/** Arrays with the operations of several residual streams (Gemma 3n). */
export class StreamArrays extends Arrays {
  /** Copies for each of so many streams, in a new first dimension. The gradient is summed. */
  forEachStream(input: Shaped, times: number): Shaped {
    const { shape } = input.layout
    return this.record({
      inputs: [input],
      make: () => this.fresh(contiguous([times, ...shape]), input.dtype, 'repeat'),
      derivatives: [() => this.fresh(contiguous(shape), input.dtype, 'sum')],
    })
  }

  /** The mean over the first dimension, which goes away. */
  meanOfFirst(input: Shaped): Shaped {
    const { shape } = input.layout
    return this.record({
      inputs: [input],
      make: () => this.fresh(contiguous(shape.slice(1)), input.dtype, 'mean'),
      derivatives: [() => this.fresh(contiguous(shape), input.dtype, 'div')],
    })
  }

  /** The standard deviation over the last dimension, which is kept. */
  std(input: Shaped): Shaped {
    const { shape } = input.layout
    return this.record({
      inputs: [input],
      saves: [input],
      savesOutput: true,
      make: () => this.fresh(contiguous(shape.with(-1, 1)), input.dtype, 'std'),
      derivatives: [
        () => {
          const centred = this.fresh(contiguous(shape), input.dtype, 'sub')
          const made = this.fresh(contiguous(shape), input.dtype, 'mul')
          this.done(centred)
          return made
        },
      ],
    })
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
}
