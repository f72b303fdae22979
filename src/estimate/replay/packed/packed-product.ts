import type { Operations } from '../operations/operations.js'
import type { Tensor } from '../tape.js'
import { dequantized } from './dequantized.js'
import { int8Product } from './int8-product.js'
import type { PackedLayer } from './packed-layer.js'

/** The product with a packed weight. The caller keeps the input. */
export function packedProduct(ops: Operations, input: Tensor, layer: PackedLayer): Tensor {
  return layer.weight.storedAs === 'int8' ? int8Product(ops, input, layer) : unpackedProduct(ops, input, layer)
}

/**
 * The product with a weight that is unpacked in forward and again in backward. bitsandbytes computes in the dtype of the
 * unpacked weight, and returns the dtype of the input (`Linear4bit.forward`). It saves a packed weight outside autograd, so that
 * checkpointing does not recompute it. The caller keeps the input.
 */
function unpackedProduct(ops: Operations, input: Tensor, { weight, vector, outFeatures }: PackedLayer): Tensor {
  const { tape } = ops
  const left = ops.to(input, weight.dtype)
  const unpacked = dequantized(tape, weight)
  const bias = vector()
  const rows = Math.round(left.elements / (weight.elements / outFeatures))
  const product = tape.record(
    [left, bias],
    {},
    () => tape.tensor(rows * outFeatures, left.dtype, bias ? 'addmm' : 'mm'),
    () => {
      const forBias = bias?.grad && ops.rowsSum(bias.elements, bias.dtype, rows)
      const again = left.grad ? dequantized(tape, weight) : undefined
      if (again) tape.free(...again.scales)
      const forInput = left.grad && ops.gradient(left.elements, left.dtype, 'mm')
      if (again) tape.free(again.whole)
      return [forInput, forBias]
    },
  )
  tape.free(left, unpacked.whole, ...(bias ? [bias] : []), ...unpacked.scales)
  const output = ops.to(product, input.dtype)
  tape.free(product)
  return output
}
