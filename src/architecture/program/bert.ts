import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
import {
  activated,
  attended,
  call,
  dropping,
  eagerMask,
  give,
  layerNormed,
  lookup,
  make,
  part,
  plus,
  project,
  set,
  words,
} from './build.js'
import { TOKENS } from './count.js'
import type { Buffer } from './program.js'
import type { AttentionCall, Operation, Step, Steps } from './steps.js'

/** How a family of BERT's kind differs from BERT. */
export interface BertOptions {
  /** Whether positions are computed from the tokens (RoBERTa), not read from a buffer. Default: no. */
  readonly countsPositions?: boolean
  /** Whether attention is always eager. Default: no. */
  readonly isEager?: boolean
  readonly activation: string
  readonly dropout: BertDropout
}

/** The rates of dropout: of hidden states, of the weights of attention, and in front of a classifier. */
export interface BertDropout {
  readonly hidden: number
  readonly attention: number
  readonly classifier: number
}

/** The rates of a class. Only those with a classifier read its rate. */
export function bertDropout(config: ConfigReader, className: string): BertDropout {
  const hidden = config.number('hidden_dropout_prob', 0)
  return {
    hidden,
    attention: config.number('attention_probs_dropout_prob', 0),
    classifier: className.endsWith('Classification') ? config.number('classifier_dropout', hidden) : 0,
  }
}

/** Embeddings of words, types and positions, summed and normalised (`BertEmbeddings`). */
export function bertEmbeddingSteps({
  countsPositions = false,
  dropout,
}: Pick<BertOptions, 'countsPositions' | 'dropout'>): Steps {
  return [
    ...(countsPositions ? [set('indices', make(TOKENS, 'int64'))] : []),
    set('words', words('word_embeddings')),
    set('types', lookup('token_type_embeddings')),
    set('sum', plus('words', 'types')),
    set(
      'places',
      countsPositions ? lookup('position_embeddings', TOKENS, 'indices') : lookup('position_embeddings', ['sequence']),
    ),
    set('sum', { op: 'addInPlace', of: ['sum', 'places'] }),
    set('sum', layerNormed('LayerNorm', 'sum')),
    ...dropping(dropout.hidden, 'sum'),
    give('sum'),
  ]
}

/** Whether positions have embeddings of their own. The other kinds add terms to eager scores, which are not described. */
export const hasAbsolutePositions = (config: ConfigReader): boolean =>
  config.string('position_embedding_type', 'absolute') === 'absolute'

/** The buffers of positions and types. */
export const bertBuffers = (positions: number): readonly Buffer[] => [{ count: [positions] }, { count: [positions] }]

/** The base model: embeddings and layers. */
export function bertSteps(dimensions: Dimensions, options: BertOptions, between: readonly Step[] = []): Steps {
  return [
    set('embedded', call(bertEmbeddingSteps(options), {}, 'embeddings')),
    ...bertMasks(options),
    ...between,
    set('hidden', 'embedded'),
    { each: 'encoder.layer', carries: 'hidden', given: ['mask'], kinds: [bertLayerSteps(dimensions, options)] },
  ]
}

/** The mask of ones, and the one that is made of it for eager attention. */
const bertMasks = ({ isEager = false }: BertOptions): readonly Step[] => [
  set('ones', make(TOKENS, 'float32')),
  set('mask', isEager ? make(TOKENS, 'model') : eagerMask(TOKENS)),
]

/** The sizes and the eager code of BERT's attention. */
export function bertHeads({ heads, headDim = 0 }: Dimensions): Omit<AttentionCall, 'op' | 'of'> {
  return { heads, headDim, eager: { softmax: 'scores', weights: 'none', keepsMasked: true }, mask: 'mask' }
}

/** A layer (`BertLayer`). */
export function bertLayerSteps(dimensions: Dimensions, options: BertOptions): Steps {
  const { isEager = false, dropout } = options
  const own = { returnsWeights: true, dropout: dropout.attention, ...(isEager && { isEager }) }
  const sizes = { ...bertHeads(dimensions), ...own }
  const self: Steps = [
    set('query', project('query', 'hidden')),
    set('key', project('key', 'hidden')),
    set('value', project('value', 'hidden')),
    give(attended(['query', 'key', 'value'], sizes)),
  ]
  return bertBlockSteps(
    [
      set('context', call(self, { hidden: 'hidden', mask: 'mask' }, 'self')),
      give(call(denseAndNorm(dropout.hidden), { hidden: 'context', residual: 'hidden' }, 'output')),
    ],
    options,
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
export const denseAndNorm = (rate: number): Steps => [
  set('hidden', project('dense', 'hidden')),
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
export function bertMaskedHead(activation: string): Steps {
  const transform: Steps = [
    set('hidden', project('dense', 'hidden')),
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

/** RoBERTa's head of a masked language model. */
export const ROBERTA_MASKED_HEAD: Steps = [
  set('x', project('dense', 'hidden')),
  set('x', activated('gelu', 'x')),
  set('x', layerNormed('layer_norm', 'x')),
  set('x', project('decoder', 'x')),
  give('x'),
]

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
