import { type Architecture, type Module, moduleGroups } from '../architecture/index.js'
import { decoderLayers } from './shard/shrink.js'

/** What a model caches for the tokens that it has seen, in elements. */
export interface CacheShape {
  /** What each attention layer caches per token, and for how many tokens: all, or only those in its window. */
  readonly layers: readonly { readonly elementsPerToken: number; readonly windowTokens?: number }[]
  /** What state-space layers keep per sequence, whatever its length. */
  readonly stateElements: number
  readonly notes: readonly string[]
}

/**
 * The cache of a model, derived from its module tree:
 *
 * - attention: keys and values of each key-value head (grouped query heads share them)
 * - latent attention (DeepSeek-AI 2024, arXiv:2405.04434): the compressed vector and the rotated key, once for all heads
 * - a sliding window: no more tokens than the window has
 * - Mamba (Gu & Dao 2023, arXiv:2312.00752): the convolution's last inputs and the state, for each sequence
 */
export function cacheShape(model: Architecture): CacheShape {
  const list = decoderLayers(model)
  const window = windowsOf(model)
  const layers: { elementsPerToken: number; windowTokens?: number }[] = []
  let stateElements = 0
  for (const { indices, module } of list) {
    const elementsPerToken = attentionElements(model, module)
    const state = stateOf(model, module)
    for (const index of indices) {
      stateElements += state
      if (elementsPerToken > 0) layers.push({ elementsPerToken, ...window(index) })
    }
  }
  return { layers, stateElements, notes: notesOf(model, layers.length) }
}

/** The elements that sequences of a given length keep. */
export function cacheElements({ layers, stateElements }: CacheShape, tokens: number): number {
  return layers.reduce(
    (sum, { elementsPerToken, windowTokens }) => sum + elementsPerToken * Math.min(tokens, windowTokens ?? tokens),
    stateElements,
  )
}

function attentionElements({ dimensions }: Architecture, layer: Module): number {
  const { heads, kvHeads, hiddenSize, headDim = hiddenSize / Math.max(heads, 1) } = dimensions
  const linear = new Map<string, number>()
  let attends = false
  for (const { path, module, part } of moduleGroups({ root: layer })) {
    if (part !== 'attention' || !module.linear) continue
    attends = true
    linear.set(String(path.at(-1)), module.linear.outFeatures)
  }
  if (!attends) return 0
  const latent = linear.get('kv_a_proj_with_mqa')
  if (latent !== undefined) return latent
  const [key, value] = [linear.get('k_proj'), linear.get('v_proj')]
  return key !== undefined && value !== undefined ? key + value : 2 * kvHeads * headDim
}

function stateOf({ dimensions: { mamba } }: Architecture, layer: Module): number {
  if (!mamba) return 0
  let elements = 0
  for (const { path, module, part } of moduleGroups({ root: layer })) {
    if (part !== 'mamba') continue
    const name = path.at(-1)
    const [channels = 0] = module.parameters?.['weight'] ?? []
    if (name === 'conv1d') elements += channels * mamba.convKernel
    if (name === 'out_proj' && module.linear) elements += module.linear.inFeatures * mamba.stateSize
  }
  return elements
}

/** Which layers use the sliding window: those that the description names, or all. */
function windowsOf({ dimensions: { windowTokens, windowLayers } }: Architecture) {
  const windowed = windowLayers && new Set(windowLayers)
  return (layer: number): { windowTokens?: number } =>
    windowTokens !== undefined && (windowed?.has(layer) ?? true) ? { windowTokens } : {}
}

function notesOf({ family, dimensions: { mamba } }: Architecture, attentionLayers: number): string[] {
  return attentionLayers === 0 && !mamba ? [`the cache of the layers of ${family} is unknown and not included`] : []
}
