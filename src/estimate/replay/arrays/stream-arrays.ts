import { Arrays } from './arrays.js'
import { contiguous } from './layout.js'
import type { Shaped } from './shaped.js'

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
}
