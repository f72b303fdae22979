import type { CacheBlock } from '../cache/cache-blocks.js'
import { bytesPerToken, type CacheBytes, sequenceBytes } from '../cache/cache-bytes.js'
import type { CacheAccount, EngineInput } from './engine.js'

/** A cache of whole sequences, each rounded up to blocks of so many tokens, without pages that layers share. */
export function plainCache(
  input: EngineInput,
  bytes: CacheBytes,
  blockTokens: number,
  blocks: readonly CacheBlock[] = input.blocks,
): CacheAccount {
  const { tensor } = input
  const { encoderTokens } = input.shape
  const bytesFor = (tokens: number): number =>
    sequenceBytes(blocks, bytes, { tensor, encoderTokens, tokens: Math.ceil(tokens / blockTokens) * blockTokens })
  const perToken = blocks.reduce((sum, block) => sum + bytesPerToken(block, bytes, tensor), 0)
  return {
    bytes,
    blockTokens,
    tokensIn: (available) =>
      perToken > 0 ? Math.max(0, Math.floor(available / (perToken * blockTokens))) * blockTokens : 0,
    bytesFor,
    sequencesIn: (available, tokens) => {
      const each = bytesFor(tokens)
      return each > 0 ? Math.max(0, Math.floor(available / each)) : Number.POSITIVE_INFINITY
    },
  }
}
