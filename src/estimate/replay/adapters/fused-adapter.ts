import type { Operations } from '../operations/operations.js'
import { dequantized } from '../packed/dequantized.js'
import type { Tensor } from '../tape.js'
import type { Adapter } from './adapter.js'

/** A layer with an adapter, and its bias. */
interface AdaptedLayer {
  readonly weight: Tensor
  readonly adapter: Adapter
  readonly outFeatures: number
  readonly bias: Tensor | undefined
}

/**
 * A layer and its adapter as one operation (`LoRA_W` in `kernels/fast_lora.py` of Unsloth 2024, and of fms-acceleration): adapters are cast to the dtype of
 * the input, the low-rank product is added in place, and only the input is saved. The caller keeps the input.
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
      const unpacked = weight.storedAs && dequantized(tape, weight)
      const made = tape.tensor(rows * outFeatures, input.dtype, 'mm')
      const low = tape.tensor(rows * rank, input.dtype, 'mm')
      if (unpacked) tape.free(unpacked.whole, ...unpacked.scales)
      tape.free(low)
      return made
    },
    () => {
      const low = ops.gradient(rows * rank, input.dtype, 'mm')
      const forA = ops.gradient(a.elements, a.dtype, 'mm')
      const forB = ops.gradient(b.elements, b.dtype, 'mm')
      const again = weight.storedAs && input.grad ? dequantized(tape, weight) : undefined
      const forInput = input.grad && ops.gradient(input.elements, input.dtype, 'mm')
      if (again) tape.free(again.whole, ...again.scales)
      tape.ledger.release(low)
      return [forInput, forA, forB, bias?.grad && (() => ops.rowsSum(bias.elements, bias.dtype, rows))]
    },
  )
}
