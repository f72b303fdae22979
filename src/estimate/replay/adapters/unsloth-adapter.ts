import { DTYPE_BYTES } from '../dtype.js'
import type { Storage } from '../memory-ledger.js'
import type { Operations } from '../operations/operations.js'
import type { Tensor } from '../tape.js'
import type { Adapter } from './adapter.js'

/** A layer with an adapter. */
export interface AdaptedLayer {
  readonly weight: Tensor
  readonly adapter: Adapter
  readonly outFeatures: number
}

/**
 * A layer and its adapter as one operation (`LoRA_W` in `kernels/fast_lora.py` of Unsloth 2026.10): adapters are cast to the dtype of
 * the input, the low-rank product is added in place, and only the input is saved, with a mask of one byte for each of its elements where
 * the adapter drops a part of it. Packed weights are unpacked by one kernel: in forward into memory that stays (`_scratch` in
 * `kernels/utils.py`), in backward anew. The caller keeps the input.
 */
export function unslothAdapter(ops: Operations, input: Tensor, layer: AdaptedLayer): Tensor {
  const { tape } = ops
  const { adapter } = layer
  const mask = adapter.hasDropout ? tape.tensor(input.elements, 'bool', 'native_dropout') : undefined
  const output = tape.record(
    [input, adapter.a, adapter.b],
    { before: [input, ...(mask ? [mask] : [])] },
    () => fusedProduct(ops, input, layer),
    () => {
      const low = ops.gradient(rowsOf(input, layer) * adapter.rank, input.dtype, 'mm')
      const [forA, forB] = adapterGradients(ops, input, adapter)
      const again = layer.weight.storedAs && input.grad ? unpackedAgain(ops, layer.weight) : undefined
      const forInput = input.grad && ops.gradient(input.elements, input.dtype, 'mm')
      if (again) tape.ledger.release(again)
      tape.ledger.release(low)
      return [forInput, forA, forB]
    },
  )
  if (mask) tape.free(mask)
  return output
}

/** Layers that are fused together or not at all (`get_peft_model` in `models/llama.py` of Unsloth 2026.10.9). */
const TOGETHER: readonly (readonly string[])[] = [
  ['q_proj', 'k_proj', 'v_proj'],
  ['gate_proj', 'up_proj', 'down_proj'],
]

/** All layers that need an adapter, and no bias, so that one of them is fused. */
export function fusedWith(name: string): readonly string[] {
  const end = name.lastIndexOf('.') + 1
  const all = TOGETHER.find((names) => names.includes(name.slice(end)))
  return all ? all.map((one) => `${name.slice(0, end)}${one}`) : [name]
}

/** The product with a weight and with its adapter (`matmul_lora`). */
export function fusedProduct(ops: Operations, input: Tensor, layer: AdaptedLayer): Tensor {
  const { tape } = ops
  const { weight, adapter, outFeatures } = layer
  const rows = rowsOf(input, layer)
  if (weight.storedAs) tape.scratch(weight.elements * DTYPE_BYTES[weight.dtype])
  const dropped = adapter.hasDropout ? [tape.tensor(input.elements, input.dtype, 'native_dropout')] : []
  const made = tape.tensor(rows * outFeatures, input.dtype, 'mm')
  const low = tape.tensor(rows * adapter.rank, input.dtype, 'mm')
  tape.free(low, ...dropped)
  return made
}

/** The gradients of both matrices. What the adapter has dropped is dropped again from a copy of the input. */
export function adapterGradients(ops: Operations, input: Tensor, { a, b, hasDropout }: Adapter): [Storage, Storage] {
  const again = hasDropout ? ops.gradient(input.elements, input.dtype, 'native_dropout_backward') : undefined
  const made: [Storage, Storage] = [ops.gradient(a.elements, a.dtype, 'mm'), ops.gradient(b.elements, b.dtype, 'mm')]
  if (again) ops.tape.ledger.release(again)
  return made
}

/** A packed weight that backward unpacks for itself (`dequantize_nf4` in `kernels/nf4.py`). */
export function unpackedAgain(ops: Operations, { elements, dtype }: Tensor): Storage {
  return ops.gradient(elements, dtype, 'dequantize_nf4')
}

/** The tokens of an input. */
export function rowsOf(input: Tensor, { weight, outFeatures }: AdaptedLayer): number {
  return Math.round(input.elements / (weight.elements / outFeatures))
}
