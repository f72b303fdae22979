import type { CacheBlock } from './cache-blocks.js'
import { bytesPerSequence, bytesPerToken, type CacheBytes } from './cache-bytes.js'

/** A cache in pages of equal size, as vLLM keeps it. */
export interface PagedCache {
  /** Tokens in one page of a layer of attention. */
  readonly blockTokens: number
  /** Bytes that each page takes over all the layers that share it. */
  readonly pageBytes: number
  /** Pages for a sequence of so many tokens. */
  readonly pagesFor: (tokens: number) => number
  /** Groups of layers, each with its own pages. */
  readonly groups: number
}

/** What the pages depend on, besides the blocks. */
export interface Paging {
  readonly bytes: CacheBytes
  readonly tensor: number
  readonly encoderTokens: number
  /** Tokens in a page, unless a state needs larger pages. */
  readonly blockTokens: number
  /** Tokens that are processed at a time, for which a window keeps room. */
  readonly chunkTokens: number
  /** How much larger the largest group of layers may be than the smallest before it is split: 1 in older versions. */
  readonly groupRatio: number
  /** Whether windows are managed apart. Older versions keep every token in every layer. */
  readonly hasWindows: boolean
  /** Pages beside the first that a state takes for the tokens of a draft. */
  readonly draftPages: number
}

/**
 * Lays out a cache like vLLM: layers with the same kind of cache form groups of equally many layers, all groups share one pool, and
 * a page has the same size in each. A page of attention grows until it holds a state, and a state is padded to the page.
 *
 * Sources, in vLLM 0.23: `v1/core/kv_cache_utils.py` (`_get_kv_cache_groups_uniform_page_size`, `get_max_concurrency_for_kv_cache_config`),
 * `v1/kv_cache_interface.py` (`max_memory_usage_bytes`) and `platforms/interface.py` (`attn_block_size`). The same in 0.11 and 0.33.
 */
export function pagedCache(blocks: readonly CacheBlock[], paging: Paging): PagedCache | undefined {
  const { bytes, tensor, encoderTokens } = paging
  const kinds = new Map<string, { block: CacheBlock; layers: number; tokenBytes: number; fixedBytes: number }>()
  for (const block of blocks) {
    const plain = !paging.hasWindows && block.kind === 'attention' ? withoutWindow(block) : block
    const key = JSON.stringify(plain)
    const known = kinds.get(key)
    if (known) known.layers += 1
    else
      kinds.set(key, {
        block: plain,
        layers: 1,
        tokenBytes: bytesPerToken(plain, bytes, tensor),
        fixedBytes: bytesPerSequence(plain, bytes, tensor, encoderTokens),
      })
  }
  const all = [...kinds.values()]
  if (all.length === 0) return undefined
  const attention = all.filter(({ tokenBytes }) => tokenBytes > 0)
  const perToken = Math.max(0, ...attention.map(({ tokenBytes }) => tokenBytes))
  const states = all.filter(({ tokenBytes }) => tokenBytes === 0)
  const largestState = Math.max(0, ...states.map(({ fixedBytes }) => fixedBytes))
  if (perToken === 0) return onlyStates(all, largestState)
  const blockTokens =
    largestState > perToken * paging.blockTokens
      ? paging.blockTokens * Math.ceil(largestState / (paging.blockTokens * perToken))
      : paging.blockTokens
  const layerPage = blockTokens * perToken
  const counts = all.map(({ layers }) => layers)
  const [fewest, most] = [Math.min(...counts), Math.max(...counts)]
  const groupSize = most < fewest * paging.groupRatio || all.length === 1 ? most : fewest
  const groups = counts.reduce((sum, layers) => sum + Math.ceil(layers / groupSize), 0)
  const pagesFor = (tokens: number): number =>
    all.reduce((sum, { block, layers, tokenBytes }) => {
      // A layer with narrower heads puts more tokens into a page of the same size.
      const inPage = tokenBytes > 0 ? blockTokens * Math.floor(perToken / tokenBytes) : blockTokens
      return sum + Math.ceil(layers / groupSize) * pagesOf(block, tokens, inPage, paging)
    }, 0)
  return { blockTokens, pageBytes: layerPage * groupSize, pagesFor, groups }
}

function withoutWindow({
  windowTokens: _,
  chunkTokens: __,
  ...block
}: CacheBlock & { readonly kind: 'attention' }): CacheBlock {
  return block
}

function pagesOf(
  block: CacheBlock,
  tokens: number,
  inPage: number,
  { chunkTokens, draftPages, encoderTokens }: Paging,
): number {
  if (block.kind === 'state') return 1 + draftPages
  if (block.kind === 'cross') return Math.ceil(encoderTokens / inPage)
  if (block.kind === 'attention' && block.windowTokens !== undefined)
    return Math.ceil(Math.min(block.windowTokens - 1 + chunkTokens, tokens) / inPage) + 1
  if (block.kind === 'attention' && block.chunkTokens !== undefined)
    return Math.ceil(Math.min(block.chunkTokens + chunkTokens, tokens) / inPage)
  return Math.ceil(tokens / inPage)
}

/** Models without attention have one page for each sequence. */
function onlyStates(all: readonly { readonly layers: number }[], pageBytes: number): PagedCache {
  const layers = all.reduce((sum, one) => sum + one.layers, 0)
  return { blockTokens: Number.POSITIVE_INFINITY, pageBytes: pageBytes * layers, pagesFor: () => 1, groups: 1 }
}
