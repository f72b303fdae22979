import type { Operations } from '../operations/operations.js'
import type { Tensor } from '../tape.js'
import type { PackedLayer } from './packed-layer.js'

/**
 * The product with a weight of LLM.int8() (`MatMul8bitLt` of bitsandbytes 0.50): the input is rounded to 8 bits, and the product is an
 * int32, then a float16, then in the dtype of the input. For backward, the context keeps the input as an attribute, which
 * checkpointing does not drop, and autograd not until the whole graph is freed. The caller keeps the input.
 *
 * Columns with outliers (above the threshold of 6 that transformers sets) are kept once more: they depend on values and do not count.
 */
export function int8Product(ops: Operations, input: Tensor, { weight, vector, outFeatures }: PackedLayer): Tensor {
  const { tape } = ops
  const rows = Math.round(input.elements / (weight.elements / outFeatures))
  const bias = vector()
  const output = tape.record(
    [input, bias],
    { attributes: input.grad ? [input] : [] },
    () => {
      const { rounded, scales } = roundedInput(ops, input, rows)
      const whole = tape.tensor(rows * outFeatures, 'int32', 'int8_linear_matmul')
      const half = tape.tensor(rows * outFeatures, 'float16', 'int8_mm_dequant')
      const made = tape.tensor(rows * outFeatures, input.dtype, '_to_copy')
      tape.free(whole, half, rounded, scales)
      return made
    },
    () => {
      const forBias = bias?.grad && ops.rowsSum(bias.elements, bias.dtype, rows)
      const unpacked = input.grad && tape.tensor(weight.elements, input.dtype, '_to_copy')
      const forInput = input.grad && ops.gradient(input.elements, input.dtype, 'mm')
      if (unpacked) tape.free(unpacked)
      return [forInput, forBias]
    },
  )
  if (bias) tape.free(bias)
  return output
}

/** The input in 8 bits with a scale for each row. To find outliers, its magnitudes are compared in float16. */
function roundedInput({ tape }: Operations, input: Tensor, rows: number): { rounded: Tensor; scales: Tensor } {
  const half = input.dtype === 'float16' ? tape.alias(input) : tape.tensor(input.elements, 'float16', '_to_copy')
  const scales = tape.tensor(rows, 'float32', 'int8_vectorwise_quant')
  const rounded = tape.tensor(input.elements, 'int8', 'int8_vectorwise_quant')
  const magnitudes = tape.tensor(input.elements, 'float16', 'abs')
  const outliers = tape.tensor(input.elements, 'bool', 'ge')
  tape.free(magnitudes)
  tape.free(outliers, half)
  return { rounded, scales }
}
