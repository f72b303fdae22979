import type { ConfigReader } from '../config-reader.js'
import type { EagerAttention } from '../forward/index.js'
import { activated, attended, call, dropping, give, layerNormed, plus, project, set } from './build.js'
import type { Count } from './count.js'
import type { Operation, Steps } from './steps.js'

/** The sizes of a layer of BART or Whisper. */
export interface BartSizes {
  readonly heads: number
  readonly headDim: number
  readonly activation: string
  /** Whether it is a layer of the decoder, with attention to the encoder's output. */
  readonly decodes?: boolean
  /** Whether a decoder has no encoder beside it, whose output its layers would attend to. Default: no. */
  readonly isAlone?: boolean
  /** Whether each norm comes before its block (Whisper), not behind it. */
  readonly normsFirst?: boolean
  /** Whether queries are scaled before the kernel, and queries, keys and values copied for it (Whisper). */
  readonly copiesHeads?: boolean
  /** The tokens that the encoder has read. Default: those of the sequence. */
  readonly read?: Count
  /** What is encoded at once. Default: the batch. */
  readonly batch?: Count
  /** How eager attention is written. */
  readonly eager?: EagerAttention
  /** Whether layers hold the weights of eager attention, or return them; a decoder then has a variable `mask`. Default: no. */
  readonly holdsWeights?: boolean
  /** Default: none. */
  readonly dropout?: BartDropout
  /** The variable of a mask that every kernel gets. Default: none. */
  readonly mask?: string
}

/** The rates of dropout: of hidden states, of the weights of attention, and of what an activation function gives. */
export interface BartDropout {
  readonly hidden: number
  readonly attention: number
  readonly activation: number
}

/** The rates that a config states. */
export const bartDropout = (config: ConfigReader): BartDropout => ({
  hidden: config.number('dropout', 0),
  attention: config.number('attention_dropout', 0),
  activation: config.number('activation_dropout', 0),
})

const NO_DROPOUT: BartDropout = { hidden: 0, attention: 0, activation: 0 }

/** A layer (`BartEncoderLayer`, `BartDecoderLayer`, `WhisperEncoderLayer`, `WhisperDecoderLayer`). */
export function bartLayer({
  heads,
  headDim,
  activation,
  decodes = false,
  isAlone = false,
  normsFirst = false,
  copiesHeads = false,
  read = ['sequence'],
  batch = ['batch'],
  mask,
  eager,
  holdsWeights = false,
  dropout = NO_DROPOUT,
}: BartSizes): Steps {
  const queries = decodes ? (['target'] as const) : read
  const own = (value: Operation): Operation => (copiesHeads ? { op: 'reorder', of: value } : value)
  const scaled = (value: Operation): Operation => (copiesHeads ? { op: 'scale', of: value } : value)
  const masked = mask === undefined ? {} : { mask, isMaskForAll: true }
  const passed = mask === undefined ? {} : { [mask]: mask }
  const causal = holdsWeights && decodes ? { mask: 'mask' } : {}
  const attention = (source: string, keys: Count): Steps => [
    set('query', scaled(project('q_proj', 'hidden'))),
    ...(copiesHeads ? [set('query', { op: 'reorder', of: 'query' } as const)] : []),
    set('key', own(project('k_proj', source))),
    set('value', own(project('v_proj', source))),
    set(
      'out',
      attended(['query', 'key', 'value'], {
        heads,
        headDim,
        queries,
        keys,
        caches: decodes,
        exchanged: copiesHeads,
        batch,
        dropout: dropout.attention,
        ...masked,
        ...(eager && { eager }),
        ...(holdsWeights && {
          eager: { softmax: 'scores', weights: 'none', ...eager },
          returnsWeights: decodes || !normsFirst ? 'layer' : true,
          ...(source === 'hidden' && decodes && { mask: 'mask' }),
        }),
      }),
    ),
    set('out', project('out_proj', 'out')),
    give('out'),
  ]
  const block = (norm: string, steps: Steps): Steps => [
    set('residual', 'hidden'),
    ...(normsFirst ? [set('hidden', layerNormed(norm, 'hidden'))] : []),
    ...steps,
    ...dropping(dropout.hidden, 'hidden'),
    set('hidden', plus('residual', 'hidden')),
    ...(normsFirst ? [] : [set('hidden', layerNormed(norm, 'hidden'))]),
  ]
  return [
    ...block('self_attn_layer_norm', [
      set('hidden', call(attention('hidden', queries), { hidden: 'hidden', ...passed, ...causal }, 'self_attn')),
    ]),
    ...(decodes && !isAlone
      ? block('encoder_attn_layer_norm', [
          set('hidden', call(attention('source', read), { hidden: 'hidden', source: 'source' }, 'encoder_attn')),
        ])
      : []),
    ...block('final_layer_norm', [
      set('hidden', activated(activation, project('fc1', 'hidden'))),
      ...dropping(dropout.activation, 'hidden'),
      set('hidden', project('fc2', 'hidden')),
    ]),
    // Layers with their norms behind them only ask whether a number is infinite.
    ...(decodes ? [] : [set('hidden', { op: 'finite', of: 'hidden', how: normsFirst ? 'bounded' : 'asked' })]),
    give('hidden'),
  ]
}
