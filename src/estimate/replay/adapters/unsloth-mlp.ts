import type { Layers } from '../layers.js'
import type { Tensor } from '../tape.js'
import { type AdaptedLayer, adapterGradients, fusedProduct, rowsOf, unpackedAgain } from './unsloth-adapter.js'

/**
 * A gated feed-forward network whose three layers have adapters as one operation (`LoRA_MLP` in `kernels/fast_lora.py` of Unsloth
 * 2026.10). It saves its input and the two intermediates, and computes their product again in backward, where gradients are written over
 * all of these. The caller keeps the input.
 */
export function unslothMlp(
  { ops }: Layers,
  input: Tensor,
  [gate, up, down]: readonly [AdaptedLayer, AdaptedLayer, AdaptedLayer],
): Tensor {
  const { tape } = ops
  const layers = [gate, up, down] as const
  const inner = rowsOf(input, gate) * gate.outFeatures
  const masks = layers
    .filter(({ adapter }) => adapter.hasDropout)
    .map((layer) => tape.tensor(layer === down ? inner : input.elements, 'bool', 'native_dropout'))
  const made: Tensor[] = []
  const output = tape.record(
    [input, ...layers.flatMap(({ adapter: { a, b } }) => [a, b])],
    { before: [input, ...masks], after: () => made.map(({ storage }) => storage) },
    () => {
      made.push(fusedProduct(ops, input, gate), fusedProduct(ops, input, up))
      const product = tape.tensor(inner, input.dtype, 'swiglu')
      const last = fusedProduct(ops, product, down)
      tape.free(product)
      return last
    },
    (_, [savedInput]) => {
      const product: Tensor = { elements: inner, dtype: input.dtype, storage: ops.gradient(inner, input.dtype, 'mm') }
      const forDown = adapterGradients(ops, product, down.adapter)
      const forUp = adapterGradients(ops, input, up.adapter)
      const forGate = adapterGradients(ops, input, gate.adapter)
      for (const { weight } of input.grad ? [up, gate] : [])
        if (weight.storedAs) tape.ledger.release(unpackedAgain(ops, weight))
      tape.ledger.observe('mm')
      tape.ledger.release(product.storage)
      const forInput = input.grad && savedInput && tape.ledger.retain(savedInput)
      return [forInput, ...forGate, ...forUp, ...forDown]
    },
  )
  tape.free(...made, ...masks)
  return output
}
