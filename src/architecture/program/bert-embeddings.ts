import { dropping, give, layerNormed, lookup, make, plus, set, words } from './build.js'
import { TOKENS } from './count.js'
import type { Buffer } from './program.js'
import type { Steps } from './steps.js'

/** How the embeddings of a family differ from BERT's. */
export interface EmbeddingOptions {
  /**
   * Where positions come from: a buffer, or the tokens (RoBERTa); or there are no embeddings of positions, although the tokens may be
   * counted. Default: `buffer`.
   */
  readonly positions?: 'buffer' | 'counted' | 'counted only' | 'none'
  /** Where types of tokens come from: a buffer, or zeros that the model makes. Default: `buffer`. */
  readonly types?: 'buffer' | 'made'
  /** The steps, if they are the family's own: given `types`, and `boxes` of four numbers for each word. */
  readonly steps?: (rate: number) => Steps
  /** Further terms of the sum, in `sum`. */
  readonly terms?: Steps
  /** Whether the sum is normalised. Default: yes. */
  readonly isNormed?: boolean
}

/** Embeddings of words, types and positions, summed and normalised (`BertEmbeddings`). Given `types`, if the model makes them. */
export function bertEmbeddingSteps(
  rate: number,
  { positions = 'buffer', types = 'buffer', terms = [], isNormed = true }: EmbeddingOptions = {},
): Steps {
  return [
    ...(positions.startsWith('counted') ? [set('indices', make(TOKENS, 'int64'))] : []),
    set('words', words('word_embeddings')),
    set('kinds', types === 'made' ? lookup('token_type_embeddings', TOKENS, 'types') : lookup('token_type_embeddings')),
    set('sum', plus('words', 'kinds')),
    ...(positions === 'buffer' || positions === 'counted' ? placed(positions) : []),
    ...terms,
    ...(isNormed ? [set('sum', layerNormed('LayerNorm', 'sum'))] : []),
    ...dropping(rate, 'sum'),
    give('sum'),
  ]
}

const placed = (positions: 'buffer' | 'counted'): Steps => [
  set(
    'places',
    positions === 'counted'
      ? lookup('position_embeddings', TOKENS, 'indices')
      : lookup('position_embeddings', ['sequence']),
  ),
  set('sum', { op: 'addInPlace', of: ['sum', 'places'] }),
]

/** The buffers of positions and types, of which a family may have the first alone. */
export const bertBuffers = (positions: number, types: EmbeddingOptions['types'] = 'buffer'): readonly Buffer[] => [
  { count: [positions] },
  ...(types === 'made' ? [] : [{ count: [positions] }]),
]
