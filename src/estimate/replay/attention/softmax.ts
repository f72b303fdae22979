import { type ComputeDtype, DTYPE_BYTES } from '../dtype.js'
import type { Layers } from '../layers.js'
import type { Tensor } from '../tape.js'

/** Softmax saves its output. On CUDA its backward first multiplies gradient and output, which needs a tensor of the same size. */
export function softmax({ ops }: Pick<Layers, 'ops'>, input: Tensor, dtype: ComputeDtype = 'float32'): Tensor {
  const { tape } = ops
  return tape.record(
    [input],
    { after: (output) => [output.storage] },
    () => tape.tensor(input.elements, dtype, '_softmax'),
    () => {
      const made = tape.ledger.allocate(input.elements * DTYPE_BYTES[input.dtype])
      tape.ledger.observe('_softmax_backward_data', input.elements * DTYPE_BYTES[dtype])
      return [made]
    },
  )
}
