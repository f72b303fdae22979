import type { ComputeDtype } from '../dtype.js'
import { change, emptyParts, type PartBytes } from '../memory-ledger.js'
import type { Operations } from '../operations/operations.js'
import type { PackedStorage } from '../packed/packed-storage.js'
import type { Tensor } from '../tape.js'
import type { Weights } from '../weights.js'
import type { Adapter } from './adapter.js'

/** What of the layers of a model an adapter uses. */
interface Layers {
  readonly ops: Operations
  readonly weights: Weights
  readonly autocast: boolean
  readonly half: ComputeDtype
  readonly product: (input: Tensor, matrix: Tensor, outFeatures: number) => Tensor
}

/** A layer with an adapter that is not LoRA's. */
interface AdaptedLayer {
  readonly adapter: Adapter
  /** The input in the dtype of the adapter, of which a part is dropped. A kind frees it. */
  readonly input: Tensor
  /** The dtype of what the layer reads. */
  readonly readDtype: ComputeDtype
  /** How the weight is packed, if it is. */
  readonly storedAs: PackedStorage | undefined
  /** Whether the output of an adapter on a packed weight is cast to the dtype of the base: PEFT does without autocast. */
  readonly isConverted: boolean
  /** The output of the layer without its adapter. */
  readonly base: Tensor
  readonly outFeatures: number
}

/**
 * `base += x @ (A * E).T @ B.T * scaling / rank` (`SVDLinear.forward` of PEFT 0.21). On packed weights the product has a name until it is scaled,
 * and with 8 bits the sum is not in place (`SVDLinear4bit` and `SVDLinear8bitLt`). Frees the input; the caller keeps the base.
 */
export function adaLora(
  layers: Layers,
  { adapter, input, base, outFeatures, storedAs, isConverted }: AdaptedLayer,
): Tensor {
  const { ops } = layers
  const { tape } = ops
  const { a, b, rank, values = a } = adapter
  const scaledA = ops.mul(a, values)
  const low = layers.product(input, scaledA, rank)
  tape.free(scaledA, input)
  // Autocast caches the copy of a parameter, and not that of a view of it, `B.T`.
  const turned = layers.autocast ? ops.to(b, layers.half) : tape.alias(b)
  const wide = layers.product(low, turned, outFeatures)
  tape.free(low, turned)
  const high = isConverted ? ops.to(wide, base.dtype) : tape.alias(wide)
  tape.free(wide)
  const named = storedAs && tape.alias(high)
  const scaled = ops.scale(high)
  tape.free(high)
  const ranks = tape.tensor(1, 'float32', 'add')
  const divided = ops.scale(scaled, ranks)
  tape.free(scaled, ranks, ...(named ? [named] : []))
  const output = storedAs === 'int8' ? ops.add(base, divided) : addedInPlace(layers, base, divided)
  tape.free(divided)
  return output
}

/**
 * `base + b * (B (d * (A x)))`, with slices of the two matrices that all layers share (`Linear.forward` of PEFT 0.21's VeRA). The result has the
 * dtype of what the layer reads, which is not that of the base if autocast computes this in 16 bits. Frees the input; the caller keeps the base.
 */
export function vera(layers: Layers, { adapter, input, readDtype, base, outFeatures }: AdaptedLayer): Tensor {
  const { ops } = layers
  const { tape } = ops
  const { a, b, rank, values = b, shared = a } = adapter
  const features = a.elements / rank
  const inFeatures = input.elements / layersRows(base, outFeatures)
  const low = layers.product(input, sliced(a, inFeatures * rank, features * rank), rank)
  tape.free(input)
  const scaled = ops.mul(values, low)
  tape.free(low)
  const high = layers.product(scaled, sliced(shared, outFeatures * rank, shared.elements), outFeatures)
  tape.free(scaled)
  const bent = ops.mul(b, high)
  tape.free(high)
  const sum = ops.add(base, bent)
  tape.free(bent)
  const narrow = ops.to(sum, base.dtype)
  tape.free(sum)
  const output = ops.to(narrow, readDtype)
  tape.free(narrow)
  return output
}

function layersRows(output: Tensor, outFeatures: number): number {
  return output.elements / outFeatures
}

/** A part of a frozen matrix, as a view. */
function sliced(matrix: Tensor, elements: number, whole: number): Tensor {
  return elements === whole ? matrix : { ...matrix, elements }
}

/** A sum in place of the first tensor, in its dtype. */
function addedInPlace({ ops }: Layers, into: Tensor, other: Tensor): Tensor {
  const { tape } = ops
  const narrow = (dtype: ComputeDtype, gradient: Parameters<typeof tape.ledger.retain>[0]) =>
    dtype === into.dtype ? tape.ledger.retain(gradient) : ops.gradient(other.elements, dtype, '_to_copy')
  return tape.record(
    [into, other],
    {},
    () => ({ ...tape.alias(into) }),
    (gradient) => [into.grad && tape.ledger.retain(gradient), other.grad && narrow(other.dtype, gradient)],
  )
}

/**
 * The orthogonal regularisation of AdaLoRA (`AdaLoraModel.forward` of PEFT 0.21): for each matrix of an adapter its product with itself less
 * the unit matrix, and the norm of that. Its gradients exist before those of the layers. Frees the loss.
 */
export function regularised({ ops, weights }: Layers, loss: Tensor): Tensor {
  const { tape } = ops
  let total = loss
  for (const { a, b, rank } of weights.adapters.values()) {
    for (const matrix of [a, b]) {
      const norm = distance(ops, matrix, rank)
      const sum = ops.add(total, norm)
      tape.free(total, norm)
      total = sum
    }
  }
  return total
}

/** The norm of a matrix times itself less the unit matrix, counted for the matrices like it that are not replayed. */
function distance(ops: Operations, matrix: Tensor, rank: number): Tensor {
  const { tape } = ops
  const { ledger } = tape
  const elements = rank * rank
  const { alike = 0 } = matrix
  const start = { ...ledger.now }
  let kept: PartBytes = emptyParts()
  const square = tape.record(
    [matrix, matrix],
    { before: [matrix] },
    () => tape.tensor(elements, matrix.dtype, 'mm'),
    () => {
      const before = { ...ledger.now }
      const factor = () => ops.gradient(matrix.elements, matrix.dtype, 'mm')
      const both = [factor(), factor()]
      // The others keep the sum of their two gradients, and no longer what they saved.
      ledger.shift(change(before, ledger.now), alike / 2)
      ledger.shift(kept, -alike)
      return both
    },
  )
  const less = tape.record(
    [square],
    {},
    () => tape.tensor(elements, matrix.dtype, 'sub'),
    (gradient) => [ledger.retain(gradient)],
  )
  tape.free(square)
  const norm = tape.record(
    [less],
    { before: [less], after: (output) => [output.storage] },
    () => tape.tensor(1, matrix.dtype, 'linalg_vector_norm'),
    () => [ops.gradient(elements, matrix.dtype, 'div')],
  )
  tape.free(less)
  kept = change(start, ledger.now)
  ledger.shift(kept, alike)
  return norm
}
