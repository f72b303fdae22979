import type { Architecture } from '../../../architecture/index.js'
import type { WeightGroup } from './weight-groups.js'
import { weightGroups } from './weight-groups.js'
import type { WeightStorage } from './weight-storage.js'

/** How GPUs divide the weights of a model. */
export interface WeightLayout {
  readonly tensor: number
  readonly pipeline: number
  /** Ranks that share the experts of each layer; 1 if each rank has a part of every expert. */
  readonly expert: number
}

/** One GPU. */
export const ONE_GPU: WeightLayout = { tensor: 1, pipeline: 1, expert: 1 }

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

/**
 * The share of a group that one tensor-parallel rank holds (Shoeybi et al. 2019, arXiv:1909.08053, as vLLM and SGLang do it):
 * matrices, experts and embeddings are divided; heads of keys and values are repeated where there are more ranks than heads; the
 * narrow projections of latent attention, routers and norms are on every rank.
 */
function shareOf(group: WeightGroup, { tensor, expert }: WeightLayout, { dimensions }: Architecture): number {
  const { kind, moduleName, part } = group
  if (kind === 'experts') return 1 / (expert > 1 ? expert : tensor)
  if (tensor === 1 || kind === 'router' || kind === 'other') return 1
  if (kind === 'matrix' && REPLICATED.test(moduleName)) return 1
  if (part === 'attention' && kind === 'matrix') {
    const keyValue = 1 / Math.min(tensor, Math.max(dimensions.kvHeads, 1))
    if (KEY_VALUE.test(moduleName)) return keyValue
    if (FUSED.test(moduleName)) {
      const { heads, kvHeads } = dimensions
      return (heads / tensor + 2 * kvHeads * keyValue) / (heads + 2 * kvHeads)
    }
  }
  return 1 / tensor
}

const REPLICATED =
  /^(?:q_a_proj|kv_a_proj_with_mqa|kv_proj|wq_b|wk|weights_proj|o_a_proj|gate_proj_a|f_a_proj|g_a_proj)$/
const KEY_VALUE = /^(?:k_proj|v_proj|key|value|k|v)$/
const FUSED = /^(?:qkv_proj|query_key_value|c_attn|Wqkv)$/
