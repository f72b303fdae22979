import type { Architecture } from '../../../architecture/index.js'
import { shareOf } from './share.js'
import { type WeightGroup, weightGroups } from './weight-groups.js'
import type { WeightLayout } from './weight-layout.js'
import type { WeightStorage } from './weight-storage.js'

/** One GPU. */
const ONE_GPU: WeightLayout = { tensor: 1, pipeline: 1, expert: 1 }

/** The weights of a model in bytes. */
export interface StoredWeights {
  /** On one GPU: with pipeline stages, on the one with most. */
  readonly perGpu: number
  /** All of them once. */
  readonly total: number
}

/** Changes the elements of a group before they are stored, such as to pad them for a kernel. */
export type Padding = (group: WeightGroup) => number

/** Adds up the weights of a model, whole and on the GPU that holds most of them. */
export function storedWeights(
  model: Architecture,
  storage: Pick<WeightStorage, 'bitsOf'>,
  layout: WeightLayout = ONE_GPU,
  padding: Padding = ({ elements }) => elements,
): StoredWeights {
  let total = 0
  const { layers } = model.dimensions
  const perLayer = new Float64Array(Math.max(layers, 1))
  let [first, last, everywhere] = [0, 0, 0]
  for (const group of weightGroups(model)) {
    const bytes = (padding(group) * storage.bitsOf(group)) / 8
    total += bytes * group.count
    const share = bytes * group.count * shareOf(group, layout, model)
    if (group.layers) {
      for (const layer of group.layers) perLayer[layer] = (perLayer[layer] ?? 0) + share / group.layers.length
    } else if (group.kind === 'embedding') {
      first += share
      // A tied output embedding is on the last stage too.
      if (model.dimensions.tiedEmbeddings) last += share
    } else if (group.kind === 'head') last += share
    else everywhere += share
  }
  if (layout.pipeline === 1) {
    const whole = perLayer.reduce((sum, bytes) => sum + bytes, first + everywhere)
    return { total: Math.ceil(total), perGpu: Math.ceil(whole + (model.dimensions.tiedEmbeddings ? 0 : last)) }
  }
  return {
    total: Math.ceil(total),
    perGpu: Math.ceil(largestStage(perLayer, layout.pipeline, first, last) + everywhere),
  }
}

/** The largest of the stages, which have equally many layers, or one more. */
function largestStage(perLayer: Float64Array, stages: number, first: number, last: number): number {
  const each = Math.floor(perLayer.length / stages)
  const more = perLayer.length % stages
  let [from, largest] = [0, 0]
  for (let stage = 0; stage < stages; stage++) {
    // Stages in the middle take the layers that remain: the outer ones have the embeddings (vLLM's `get_pp_indices`).
    const isLonger = stage >= stages - 1 - more && stage < stages - 1
    const to = stage === stages - 1 ? perLayer.length : from + each + (isLonger ? 1 : 0)
    const own = perLayer.subarray(from, to).reduce((sum, bytes) => sum + bytes, 0)
    largest = Math.max(largest, own + (stage === 0 ? first : 0) + (stage === stages - 1 ? last : 0))
    from = to
  }
  return largest
}
