import type { CompleteRotation } from '../complete-forward-pass.js'
import type { DecoderModel } from '../decoder-model.js'
import { type ComputeDtype, DTYPE_BYTES } from '../dtype.js'
import type { BatchSizes } from '../program/place.js'

/** The bytes of the inputs of a step, and of the buffers of modules. */
export function bufferBytes(
  model: DecoderModel,
  { batch, sequence }: BatchSizes,
  dtype: ComputeDtype,
  trains: boolean,
): number {
  const { root, dimensions } = model.architecture
  const { rotation, masks, feedForward, bufferElements, float32BufferElements, keptTables, keptBiases } = model.forward
  const { layers, moe, heads } = dimensions
  const biased = keptBiases && (trains ? sequence : Math.max(keptBiases, sequence))
  const biases = biased ? heads * biased * biased : 0
  const inputs = DTYPE_BYTES.int64 * batch * sequence
  const kept = keptTables ? keptTables.features * Math.max(keptTables.times * sequence, keptTables.least) : 0
  const positions = Object.values(root.children ?? {})[0]?.children?.['wpe']?.parameters?.['weight']?.[0] ?? 0
  const maskCount = { none: 0, oneForAll: 1, eachLayer: layers }[masks.buffers]
  // Each boolean mask comes with the number that GPT-2 used to write for masked scores.
  const maskBytes = positions * positions + DTYPE_BYTES[dtype]
  const expertBytes = { none: 0, model: DTYPE_BYTES[dtype], float32: 4 }[feedForward.mixture?.routerBuffer ?? 'none']
  const routers = moe ? moe.expertLayers * moe.experts * expertBytes : 0
  return (
    inputs +
    (rotation ? frequencyBytes(rotation, layers) : 0) +
    maskCount * maskBytes +
    routers +
    (bufferElements + biases) * DTYPE_BYTES[dtype] +
    (float32BufferElements + kept) * DTYPE_BYTES.float32
  )
}

/** One float32 for every two rotated features. */
function frequencyBytes(rotation: CompleteRotation, layers: number): number {
  const { features, windowFeatures, tables, frequencies } = rotation
  const kinds = tables === 'two' || tables === 'both' ? features + windowFeatures : features
  const everyAttention = layers * features
  const copies = {
    model: kinds,
    modelAndAttention: kinds + everyAttention,
    everyAttention,
    modelTwice: 2 * kinds,
    recomputed: 0,
  }
  return 2 * copies[frequencies]
}
