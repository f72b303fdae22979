import { type ComputeDtype, DTYPE_BYTES } from '../dtype.js'
import { embeddingBackwardBytes } from '../kernel-memory/embedding-backward.js'
import type { Layers } from '../layers.js'
import type { Tensor } from '../tape.js'
import { contiguous, isContiguous, sizeOf } from './layout.js'
import { preserved, type Shaped } from './shaped.js'
import { Views } from './views.js'

/** Where arrays come from: parameters, tensors of a replay, and new memory. */
export class Sources extends Views {
  readonly layers: Layers

  constructor(layers: Layers) {
    super(layers.ops.tape)
    this.layers = layers
  }

  /** A tensor of a replay as an array, which owns it. */
  of(tensor: Tensor, shape: readonly number[]): Shaped {
    return { ...tensor, layout: contiguous(shape), isNamed: false }
  }

  /** A tensor that others own. */
  borrowed(tensor: Tensor, shape: readonly number[]): Shaped {
    return { ...tensor, layout: contiguous(shape), isNamed: true }
  }

  parameter(name: string): Shaped {
    const tensor = this.layers.weights.get(name)
    return this.borrowed(tensor, this.layers.weights.shapeOf(tensor))
  }

  /** Rows of an embedding. CUDA makes their gradient contiguous first (`Embedding.cu`). */
  lookup(name: string, index: Shaped): Shaped {
    const table = this.parameter(`${name}.weight`)
    const { layout, dtype } = table
    const shape = [...index.layout.shape, layout.shape.at(-1) ?? 1]
    return this.record({
      inputs: [table],
      saves: [index],
      make: () => this.fresh(contiguous(shape), dtype, 'embedding'),
      derivatives: [
        (gradient) => {
          const made = this.fresh(layout, dtype, 'embedding_dense_backward')
          const copied = isContiguous(gradient.layout) ? 0 : sizeOf(shape) * DTYPE_BYTES[dtype]
          const [rows = 1, features = 1] = layout.shape
          const within = embeddingBackwardBytes(sizeOf(index.layout.shape), rows, features)
          this.tape.ledger.observe('embedding_dense_backward', copied, within)
          return made
        },
      ],
    })
  }

  /** An array that is counted elsewhere, such as a buffer. */
  constant(shape: readonly number[], dtype: ComputeDtype): Shaped {
    const storage = this.tape.ledger.allocate(0)
    return { elements: sizeOf(shape), dtype, storage, layout: contiguous(shape), isNamed: true }
  }

  has(name: string): boolean {
    return this.layers.weights.stored(name) !== undefined
  }

  make(shape: readonly number[], dtype: ComputeDtype, operation: string): Shaped {
    return this.fresh(contiguous(shape), dtype, operation)
  }

  /** A new array in the memory order of another (`torch.empty_like`). */
  emptyLike({ layout, dtype }: Shaped, operation: string, own: ComputeDtype = dtype): Shaped {
    return this.fresh(preserved(layout), own, operation)
  }

  /** Runs an operation that knows no layouts: its result is contiguous. */
  plain(input: Shaped, shape: readonly number[], run: (input: Tensor) => Tensor): Shaped {
    const output = run(input)
    this.done(input)
    return this.of(output, shape)
  }
}
