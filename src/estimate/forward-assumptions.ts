import type { Architecture } from '../architecture/index.js'

/** What a family computes in other ways elsewhere, in sentences, with what that did to measured runs. */
export function forwardAssumptions({ forward, program, dimensions }: Architecture): string[] {
  const attention = forward?.attention
  const isMixture = forward !== undefined && dimensions.moe !== undefined
  const sharesOneHead = attention?.sharedHeads === 'indexed' && dimensions.kvHeads === 1 && dimensions.heads > 1
  return [
    ...(program?.says ?? []),
    ...(forward?.says ?? []),
    ...(attention?.indexer ? [INDEXER] : []),
    ...(isMixture ? [EXPERTS[forward.feedForward.mixture?.dispatch === 'grouped' ? 'grouped' : 'others']] : []),
    ...(sharesOneHead
      ? [
          "one kernel broadcasts the single head of keys and values; torch's own attention keeps all scores in float32 then, 4 bytes for each of batch, head and pair of tokens in each layer",
        ]
      : []),
  ]
}

const EXPERTS = {
  grouped:
    'experts compute all at once in grouped products, as transformers 5 does on GPUs of compute capability 8.0 and above',
  others:
    'experts compute as in transformers 4.57; version 5 computes them all at once, which took 16 % less to 14 % more on a GPU',
} as const

const INDEXER =
  'sparse attention without kernels: transformers scores every pair of tokens for each head of the indexer, masks what it does not choose, and computes all; the indexer has no gradients'
