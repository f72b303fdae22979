import { DTYPE_BYTES } from '../dtype.js'
import type { Operations } from '../operations/operations.js'
import type { Tensor } from '../tape.js'
import type { Adapter } from './adapter.js'

/** A layer with an adapter. */
interface AdaptedLayer {
  readonly weight: Tensor
  readonly adapter: Adapter
  readonly outFeatures: number
  readonly bias: Tensor | undefined
}

/**
 * A layer and its adapter as one operation (`LoRA_W` in `kernels/fast_lora.py` of Unsloth 2026.10): adapters are cast to the dtype of
 * the input, the low-rank product is added in place, and only the input is saved. Packed weights are unpacked by one kernel: in forward
 * into memory that stays (`_scratch` in `kernels/utils.py`), in backward anew. The caller keeps the input.
 */
export function fusedAdapter(
  ops: Operations,
  input: Tensor,
  { weight, adapter: { a, b, rank }, outFeatures, bias }: AdaptedLayer,
): Tensor {
  const { tape } = ops
  const rows = Math.round(input.elements / (weight.elements / outFeatures))
  return tape.record(
    [input, a, b, bias],
    { before: [input] },
    () => {
      if (weight.storedAs) tape.scratch(weight.elements * DTYPE_BYTES[weight.dtype])
      const made = tape.tensor(rows * outFeatures, input.dtype, 'mm')
      const low = tape.tensor(rows * rank, input.dtype, 'mm')
      tape.free(low)
      return made
    },
    () => {
      const low = ops.gradient(rows * rank, input.dtype, 'mm')
      const forA = ops.gradient(a.elements, a.dtype, 'mm')
      const forB = ops.gradient(b.elements, b.dtype, 'mm')
      const again =
        weight.storedAs && input.grad ? tape.tensor(weight.elements, weight.dtype, 'dequantize_nf4') : undefined
      const forInput = input.grad && ops.gradient(input.elements, input.dtype, 'mm')
      if (again) tape.free(again)
      tape.ledger.release(low)
      return [forInput, forA, forB, bias?.grad && (() => ops.rowsSum(bias.elements, bias.dtype, rows))]
    },
  )
}
