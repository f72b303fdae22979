import type { CacheBlock, CacheShape } from './cache-blocks.js'

/** Bytes of one element of each part of the cache. */
export interface CacheBytes {
  /** Keys, values and latent vectors. */
  readonly element: number
  readonly convolution: number
  readonly state: number
  /** Inputs that a convolution keeps: as many as its kernel (transformers), or one less (the engines). */
  readonly keptInputs: (kernel: number) => number
  /** Tokens of a draft, for which the convolution keeps inputs too. */
  readonly draftTokens: number
}

/** How many ranks divide the heads of a cache. */
export interface CacheRanks {
  readonly tensor: number
  readonly pipeline: number
}

/**
 * Bytes that a block caches for each token on one rank, until a window is full. Heads are divided among tensor-parallel
 * ranks, and repeated where there are more ranks than heads. A latent vector has no heads, and is on every rank.
 */
export function bytesPerToken(block: CacheBlock, { element }: CacheBytes, tensor: number): number {
  switch (block.kind) {
    case 'attention':
      return ((block.keyElements + block.valueElements) / Math.min(tensor, block.heads)) * element
    case 'latent':
      return block.elements * element + indexBytes(block.indexElements)
    case 'compressed':
      return block.rate > 0 ? (block.elements * element + indexBytes(block.indexElements)) / block.rate : 0
    default:
      return 0
  }
}

/** vLLM and SGLang keep the indexer's keys in eight bits, with a float32 for each 128 (`DeepseekV32IndexerCache`). */
function indexBytes(elements: number): number {
  return elements > 0 ? elements + (elements / 128) * 4 : 0
}

/** Bytes that a block keeps for each sequence on one rank, whatever its length. */
export function bytesPerSequence(block: CacheBlock, bytes: CacheBytes, tensor: number, encoderTokens: number): number {
  switch (block.kind) {
    case 'state':
      return stateBytes(block, bytes, tensor)
    case 'cross':
      return (block.elements / Math.min(tensor, block.heads)) * bytes.element * encoderTokens
    case 'compressed':
      return block.windowTokens * block.elements * bytes.element
    default:
      return 0
  }
}

function stateBytes({ state }: CacheBlock & { readonly kind: 'state' }, bytes: CacheBytes, tensor: number): number {
  const { convolution, elements } = state
  const inputs = convolution ? convolution.channels * (bytes.keptInputs(convolution.kernel) + bytes.draftTokens) : 0
  return (inputs * bytes.convolution + elements * bytes.state) / tensor
}

/** The blocks on the pipeline stage with most layers: the first ones of as many layers. */
export function stageBlocks({ blocks, layers }: CacheShape, pipeline: number): readonly CacheBlock[] {
  if (pipeline === 1) return blocks.map(({ block }) => block)
  const each = Math.ceil(layers / pipeline)
  let fullest: readonly CacheBlock[] = []
  for (let stage = 0; stage < pipeline; stage++) {
    const own = blocks.filter(({ layer }) => layer >= stage * each && layer < (stage + 1) * each)
    if (own.length > fullest.length) fullest = own.map(({ block }) => block)
  }
  return fullest
}

/** Bytes that a sequence of so many tokens keeps on one rank, without pages. */
export function sequenceBytes(
  blocks: readonly CacheBlock[],
  bytes: CacheBytes,
  {
    tensor,
    encoderTokens,
    tokens,
  }: { readonly tensor: number; readonly encoderTokens: number; readonly tokens: number },
): number {
  return blocks.reduce((sum, block) => {
    const window = block.kind === 'attention' ? (block.windowTokens ?? block.chunkTokens ?? tokens) : tokens
    return (
      sum +
      bytesPerToken(block, bytes, tensor) * Math.min(tokens, window) +
      bytesPerSequence(block, bytes, tensor, encoderTokens)
    )
  }, 0)
}
