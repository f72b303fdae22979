import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
import { bertEmbeddingSteps, type EmbeddingOptions } from './bert-embeddings.js'
import {
  activated,
  attended,
  call,
  dropping,
  eagerMask,
  give,
  layerNormed,
  make,
  part,
  plus,
  project,
  set,
  written,
} from './build.js'
import { TOKENS } from './count.js'
import type { AttentionCall, Loop, Operation, Step, Steps, Value } from './steps.js'
import type { PlacedAttention } from './written.js'

/** How a family of BERT's kind differs from BERT. */
export interface BertOptions {
  readonly embeddings?: EmbeddingOptions
  /** Steps between the embeddings, in `embedded`, and the layers. */
  readonly between?: readonly Step[]
  /** What the layers read. Default: `embedded`. */
  readonly start?: Value
  /** The steps of a layer. Default: BERT's. */
  readonly layer?: (dimensions: Dimensions, options: BertOptions) => Steps
  /** Whether attention is always eager. Default: no. */
  readonly isEager?: boolean
  /** How the code of attention differs. */
  readonly attention?: Pick<AttentionCall, 'eager' | 'returnsWeights'>
  /** How positions get into the scores of attention, which is eager then. Default: they do not. */
  readonly places?: PlacedAttention['places'] | undefined
  /** Variables that every layer gets beside its input and the mask. */
  readonly given?: readonly string[]
  /** How the code hands hidden states to a layer. Default: by position. */
  readonly carriesBy?: Loop['carriesBy']
  readonly activation: string
  readonly dropout: BertDropout
}

/** The rates of dropout: of hidden states, of the weights of attention, and in front of a classifier. */
export interface BertDropout {
  readonly hidden: number
  readonly attention: number
  readonly classifier: number
}

/**
 * The rates of a class. Only those with a classifier read its rate, which is that of hidden states if nothing is stated.
 *
 * @param field - the field with the rate of classifiers
 * @param choice - the same for multiple choice
 */
export function bertDropout(
  config: ConfigReader,
  className: string,
  field = 'classifier_dropout',
  choice = field,
): BertDropout {
  const hidden = config.number('hidden_dropout_prob', 0)
  const own = className.endsWith('MultipleChoice') ? choice : className.endsWith('Classification') ? field : undefined
  return {
    hidden,
    attention: config.number('attention_probs_dropout_prob', 0),
    classifier: own === undefined ? 0 : config.number(own, hidden),
  }
}

/** The kinds of positions in BERT's code (`position_embedding_type`), with what attention does for them. Any other kind does nothing. */
const PLACES: Readonly<Record<string, PlacedAttention['places']>> = {
  relative_key: 'toQueries',
  relative_key_query: 'toQueriesAndKeys',
}

/** How positions get into the scores of attention, if they do. */
export const placesOf = (config: ConfigReader): PlacedAttention['places'] | undefined => PLACES[positionsOf(config)]

/** Whether positions have embeddings that are added to those of words. */
export const hasAbsolutePositions = (config: ConfigReader): boolean => positionsOf(config) === 'absolute'

const positionsOf = (config: ConfigReader): string => config.string('position_embedding_type', 'absolute')

/** The base model: embeddings and layers. */
export function bertSteps(dimensions: Dimensions, options: BertOptions): Steps {
  const {
    embeddings,
    between = [],
    start = 'embedded',
    layer = bertLayerSteps,
    given = [],
    carriesBy,
    dropout,
  } = options
  const { steps: ownSteps, types } = embeddings ?? {}
  const inputs = [...(types === 'made' ? ['types'] : []), ...(ownSteps ? ['boxes'] : [])]
  return [
    set('ones', make(TOKENS, 'float32')),
    ...(types === 'made' ? [set('types', make(TOKENS, 'int64'))] : []),
    ...(ownSteps ? [set('boxes', make([...TOKENS, 4], 'int64')), set('mask', maskOf(options))] : []),
    set(
      'embedded',
      call(
        ownSteps?.(dropout.hidden) ?? bertEmbeddingSteps(dropout.hidden, embeddings),
        Object.fromEntries(inputs.map((name) => [name, name])),
        'embeddings',
      ),
    ),
    ...(ownSteps ? [] : [set('mask', maskOf(options))]),
    ...between,
    set('hidden', start),
    {
      each: 'encoder.layer',
      carries: 'hidden',
      ...(carriesBy && { carriesBy }),
      given: ['mask', ...given],
      kinds: [layer(dimensions, options)],
    },
  ]
}

/** What is made of the mask of ones for eager attention. */
const maskOf = ({ isEager = false, places }: BertOptions): Operation =>
  isEager || places ? make(TOKENS, 'model') : eagerMask(TOKENS)

/** The sizes and the eager code of BERT's attention. */
export function bertHeads({
  heads,
  headDim = 0,
}: Pick<Dimensions, 'heads' | 'headDim'>): Omit<AttentionCall, 'op' | 'of'> {
  return { heads, headDim, eager: { softmax: 'scores', weights: 'none', keepsMasked: true }, mask: 'mask' }
}

/** `BertSelfAttention` */
export function bertAttentionSteps(
  dimensions: Dimensions,
  { isEager = false, dropout, places, attention }: Pick<BertOptions, 'isEager' | 'dropout' | 'places' | 'attention'>,
): Steps {
  if (places) {
    return [give(written({ kind: 'placedAttention', heads: dimensions.heads, dropout: dropout.attention, places }))]
  }
  const own = { returnsWeights: true, dropout: dropout.attention, ...(isEager && { isEager }) }
  const sizes = { ...bertHeads(dimensions), ...own, ...attention }
  return [
    set('query', project('query', 'hidden')),
    set('key', project('key', 'hidden')),
    set('value', project('value', 'hidden')),
    give(attended(['query', 'key', 'value'], sizes)),
  ]
}

/** A layer (`BertLayer`). */
export function bertLayerSteps(dimensions: Dimensions, options: BertOptions): Steps {
  const self = bertAttentionSteps(dimensions, options)
  const { dropout, given = [] } = options
  const others = Object.fromEntries(given.map((name) => [name, name]))
  return bertBlockSteps(
    [
      set('context', call(self, { hidden: 'hidden', mask: 'mask', ...others }, 'self')),
      give(call(denseAndNorm(dropout.hidden), { hidden: 'context', residual: 'hidden' }, 'output')),
    ],
    options,
    others,
  )
}

/** A layer with the family's own attention. */
export function bertBlockSteps(
  attention: Steps,
  { activation, dropout }: Pick<BertOptions, 'activation' | 'dropout'>,
  given: Readonly<Record<string, string>> = {},
): Steps {
  const dense: Steps = [
    set('hidden', project('dense', 'hidden')),
    set('hidden', activated(activation, 'hidden')),
    give('hidden'),
  ]
  return [
    set('attended', call(attention, { hidden: 'hidden', mask: 'mask', ...given }, 'attention')),
    set('between', call(dense, { hidden: 'attended' }, 'intermediate')),
    give(call(denseAndNorm(dropout.hidden), { hidden: 'between', residual: 'attended' }, 'output')),
  ]
}

/** `LayerNorm(dropout(dense(x)) + residual)` */
export const denseAndNorm = (rate: number, dense: Operation = project('dense', 'hidden')): Steps => [
  set('hidden', dense),
  ...dropping(rate, 'hidden'),
  set('hidden', layerNormed('LayerNorm', plus('hidden', 'residual'))),
  give('hidden'),
]

/** The vector of the first token of each sequence. */
export const firstToken = (features: number): Operation => part('hidden', ['batch', features])

/** The pooler: a linear layer on the first token's vector, and tanh. */
export function bertPooling(features: number): Steps {
  return [
    set('first', firstToken(features)),
    set('pooled', project('dense', 'first')),
    set('pooled', activated('tanh', 'pooled')),
    give('pooled'),
  ]
}

/** The head of a masked language model (`BertLMPredictionHead`): a linear layer, an activation, a norm, and the output embedding. */
export function bertMaskedHead(activation: string, dense: Operation = project('dense', 'hidden')): Steps {
  const transform: Steps = [
    set('hidden', dense),
    set('hidden', activated(activation, 'hidden')),
    set('hidden', layerNormed('LayerNorm', 'hidden')),
    give('hidden'),
  ]
  return [
    set('hidden', call(transform, { hidden: 'hidden' }, 'transform')),
    set('hidden', project('decoder', 'hidden')),
    give('hidden'),
  ]
}

/** The same without a module for the transformation (`AlbertMLMHead`). */
export const plainMaskedHead = (activation: string): Steps => [
  set('hidden', project('dense', 'hidden')),
  set('hidden', activated(activation, 'hidden')),
  set('hidden', layerNormed('LayerNorm', 'hidden')),
  set('hidden', project('decoder', 'hidden')),
  give('hidden'),
]

/** RoBERTa's head of a masked language model, from its first linear layer on. */
export const robertaMaskedHead = (dense: Operation): Steps => [
  set('x', dense),
  set('x', activated('gelu', 'x')),
  set('x', layerNormed('layer_norm', 'x')),
  set('x', project('decoder', 'x')),
  give('x'),
]

export const ROBERTA_MASKED_HEAD: Steps = robertaMaskedHead(project('dense', 'hidden'))

/** A classifier of two linear layers on the first token (`RobertaClassificationHead`). */
export function classifierSteps(
  features: number,
  activation: string,
  { classifier }: Pick<BertDropout, 'classifier'>,
): Steps {
  return [
    set('x', firstToken(features)),
    ...dropping(classifier, 'x'),
    set('x', project('dense', 'x')),
    set('x', activated(activation, 'x')),
    ...dropping(classifier, 'x'),
    set('x', project('out_proj', 'x')),
    give('x'),
  ]
}
