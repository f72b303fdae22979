import {
  type Architecture,
  type Module,
  type Part,
  type RecurrentState,
  type Role,
  roleOf,
} from '../../../architecture/index.js'
import { decoderLayers } from '../../shard/decoder-layers.js'

/**
 * What one block of a layer caches, in elements:
 *
 * - `attention`: keys and values of each of its key-value heads, for each token, or for those in its window or chunk
 * - `latent`: one compressed vector with the rotated key, for all heads (DeepSeek-AI 2024, arXiv:2405.04434), and the key of
 *   the indexer of sparse attention (arXiv:2512.02556)
 * - `compressed`: DeepSeek-V4's one vector for each token in a window, and one for each `rate` tokens before it
 * - `cross`: keys and values of what an encoder has read, which do not grow with the answer
 * - `state`: a recurrent state and the last inputs of a convolution, for each sequence
 */
export type CacheBlock =
  | {
      readonly kind: 'attention'
      readonly heads: number
      readonly keyElements: number
      readonly valueElements: number
      readonly windowTokens?: number
      readonly chunkTokens?: number
    }
  | { readonly kind: 'latent'; readonly elements: number; readonly indexElements: number }
  | {
      readonly kind: 'compressed'
      readonly elements: number
      readonly indexElements: number
      readonly rate: number
      readonly windowTokens: number
    }
  | { readonly kind: 'cross'; readonly heads: number; readonly elements: number }
  | { readonly kind: 'state'; readonly state: RecurrentState }

/** Everything that a model caches. */
export interface CacheShape {
  readonly role: Role
  /** The blocks that cache something, each with its layer, in the order of the layers. */
  readonly blocks: readonly { readonly layer: number; readonly block: CacheBlock }[]
  /** Layers without a cache of their own: they share that of an earlier layer, or have no attention. */
  readonly layers: number
  /** Tokens that the encoder of an encoder-decoder reads at most. */
  readonly encoderTokens: number
}

/** The cache of a model, from its modules. An encoder has none. */
export function cacheShape(model: Architecture): CacheShape {
  const role = roleOf(model)
  const { dimensions } = model
  const encoderTokens = encoderLength(model)
  if (role === 'encoder') return { role, blocks: [], layers: dimensions.layers, encoderTokens }
  const stack = role === 'encoder-decoder' ? (named(model.root, 'decoder') ?? model.root) : model.root
  const windowOf = windows(model)
  const blocks: { layer: number; block: CacheBlock }[] = []
  let layers = 0
  const ownCache = dimensions.layers - (dimensions.cacheSharingLayers ?? 0)
  for (const { indices, module } of decoderLayers({ root: stack })) {
    const found = blocksIn(module, model)
    layers += indices.length
    for (const layer of indices.filter((index) => index < ownCache || role === 'encoder-decoder')) {
      for (const block of found) {
        blocks.push({ layer, block: block.kind === 'attention' ? { ...block, ...windowOf(layer) } : block })
      }
    }
  }
  blocks.sort((a, b) => a.layer - b.layer)
  return { role, blocks, layers, encoderTokens }
}

/** Finds the blocks of a layer: modules with projections of keys, and modules with a state. */
function blocksIn(layer: Module, model: Architecture): CacheBlock[] {
  const found: CacheBlock[] = []
  const visit = (module: Module, crosses: boolean, outer: Part | undefined): void => {
    const part = module.part ?? outer
    if (module.state) {
      found.push({ kind: 'state', state: module.state })
      return
    }
    const block = part === 'attention' ? attentionBlock(module, model) : undefined
    if (block) {
      found.push(crosses && block.kind === 'attention' ? crossBlock(block) : block)
      return
    }
    for (const [name, child] of Object.entries(module.children ?? {})) visit(child, crosses || CROSS.test(name), part)
    for (const { indices, module: item } of module.items ?? [])
      for (let count = 0; count < indices.length; count++) visit(item, crosses || CROSS.test(item.type), part)
  }
  visit(layer, false, undefined)
  return found
}

const CROSS = /cross|encoder_attn|EncDec|LayerCross/i

function crossBlock({ heads, keyElements, valueElements }: CacheBlock & { readonly kind: 'attention' }): CacheBlock {
  return { kind: 'cross', heads, elements: keyElements + valueElements }
}

const KEYS = ['k_proj', 'key', 'k', 'k_lin', 'key_proj', 'Wk']
const VALUES = ['v_proj', 'value', 'v', 'v_lin', 'value_proj', 'Wv']
const FUSED = ['qkv_proj', 'query_key_value', 'c_attn', 'Wqkv', 'wqkv', 'W_pack', 'qkv', 'in_proj_qkv']

function attentionBlock({ children = {} }: Module, { dimensions }: Architecture): CacheBlock | undefined {
  const features = (names: readonly string[]): number | undefined =>
    names.map((name) => children[name]?.linear?.outFeatures).find((size) => size !== undefined)
  const indexElements = children['indexer']?.children?.['wk']?.linear?.outFeatures ?? 0
  const latent = features(['kv_a_proj_with_mqa'])
  if (latent !== undefined) return { kind: 'latent', elements: latent, indexElements }
  const shared = features(['kv_proj'])
  if (shared !== undefined && dimensions.windowTokens !== undefined)
    return compressedBlock(shared, children['compressor'], dimensions.windowTokens)
  const keyElements = features(KEYS)
  const { kvHeads, heads, hiddenSize, headDim = hiddenSize / Math.max(heads, 1) } = dimensions
  if (keyElements !== undefined)
    return {
      kind: 'attention',
      heads: Math.max(kvHeads, 1),
      keyElements,
      // Some layers of Gemma 4 take keys for values; engines cache both.
      valueElements: features(VALUES) ?? keyElements,
    }
  if (shared !== undefined)
    return { kind: 'attention', heads: Math.max(kvHeads, 1), keyElements: shared / 2, valueElements: shared / 2 }
  const fused = features(FUSED)
  if (fused === undefined || dimensions.heads === 0) return undefined
  // GPT-2's cross-attention has its queries apart, so that the fused projection makes keys and values alone.
  const each = children['q_attn'] ? fused / 2 : kvHeads * headDim
  return { kind: 'attention', heads: Math.max(kvHeads, 1), keyElements: each, valueElements: each }
}

function compressedBlock(elements: number, compressor: Module | undefined, windowTokens: number): CacheBlock {
  const rate = compressor?.parameters?.['position_bias']?.[0] ?? 0
  const index = compressor?.children?.['indexer']?.children?.['kv_norm']?.parameters?.['weight']?.[0] ?? 0
  return { kind: 'compressed', elements, indexElements: index, rate, windowTokens }
}

/** Which layers use the sliding window: those that the description names, or all. Llama 4's rotated layers have chunks. */
function windows({ dimensions: { windowTokens, windowLayers, unrotatedLayers }, forward }: Architecture) {
  const windowed = windowLayers && new Set(windowLayers)
  const unrotated = new Set(unrotatedLayers)
  const chunkTokens = forward?.attention?.chunks?.chunkTokens
  return (layer: number): { windowTokens?: number; chunkTokens?: number } => {
    if (windowTokens !== undefined && (windowed?.has(layer) ?? true)) return { windowTokens }
    return chunkTokens !== undefined && !unrotated.has(layer) ? { chunkTokens } : {}
  }
}

function named(module: Module, name: string): Module | undefined {
  const own = module.children?.[name]
  if (own) return own
  for (const child of Object.values(module.children ?? {})) {
    const found = named(child, name)
    if (found) return found
  }
  return undefined
}

/** What an encoder reads at most: the positions that its config states, or the context of the model. */
function encoderLength({ config, dimensions }: Architecture): number {
  const stated = config?.['max_source_positions']
  return typeof stated === 'number' && stated > 0 ? stated : (dimensions.contextTokens ?? 512)
}
