import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
import { bertDropout, bertHeads, bertPooling, firstToken } from './bert.js'
import { ALWAYS_EAGER } from './bert-program.js'
import {
  activated,
  attended,
  call,
  dropped,
  dropping,
  give,
  layerNormed,
  lookup,
  make,
  plus,
  project,
  set,
  words,
  written,
} from './build.js'
import { TOKENS } from './count.js'
import { intermediateSteps } from './pre-norm-bert.js'
import type { Program } from './program.js'
import type { Operation, Step, Steps, Value } from './steps.js'
import { labelled, textEncoder } from './text-encoder.js'

/** The program of MobileBERT (`modeling_mobilebert.py`) as it is published: with bottlenecks. */
export function mobilebertProgram(
  config: ConfigReader,
  dimensions: Dimensions,
  className: string,
  prefix: string,
): Program | undefined {
  // Without shared bottlenecks transformers runs only if all sizes are the same.
  if (!config.boolean('use_bottleneck', true)) return undefined
  const { hiddenSize } = dimensions
  const activation = config.string('hidden_act', 'relu')
  const dropout = bertDropout(config, className)
  const isActive = config.boolean('classifier_activation', true)
  const pool = (at: string): Step =>
    set('pooled', isActive ? call(bertPooling(hiddenSize), { hidden: 'hidden' }, at) : firstToken(hiddenSize))
  const pooled = pool(`${prefix}.pooler`)
  const classify: Steps = [pooled, give(project('classifier', dropped(dropout.classifier, 'pooled')))]
  const transform: Steps = [
    set('hidden', project('dense', 'hidden')),
    set('hidden', activated(activation, 'hidden')),
    give(layerNormed('LayerNorm', 'hidden')),
  ]
  const predict: Steps = [
    set('hidden', call(transform, { hidden: 'hidden' }, 'transform')),
    give(written({ kind: 'jointPrediction' })),
  ]
  return textEncoder(className, {
    name: 'MobileBert',
    prefix,
    steps: modelSteps(config, dimensions, activation),
    buffers: [{ count: [config.integer('max_position_embeddings', 512)] }],
    ending: [pool('pooler')],
    keepsLayers: true,
    heads: {
      ForMaskedLM: [give(call(predict, { hidden: 'hidden' }, 'cls.predictions'))],
      ForNextSentencePrediction: [pooled, give(project('cls.seq_relationship', 'pooled'))],
      ForSequenceClassification: classify,
      ForMultipleChoice: classify,
      ForTokenClassification: labelled('classifier', dropout.classifier),
      ForQuestionAnswering: labelled('qa_outputs'),
    },
    says: [ALWAYS_EAGER],
    untrained: unusedIn(config, dimensions, prefix),
    // The weights of both are one matrix in the product.
    bypassedLayers: ['.predictions.dense', '.predictions.decoder'],
  })
}

/** The bottlenecks for queries and keys, where these share the one for the layer's input. */
function unusedIn(config: ConfigReader, { layers }: Dimensions, prefix: string): string[] {
  if (!config.boolean('use_bottleneck_attention', false)) return []
  const parameters = ['dense.weight', 'dense.bias', 'LayerNorm.weight', 'LayerNorm.bias']
  return Array.from({ length: layers }, (_, layer) =>
    parameters.map((name) => `${prefix}.encoder.layer.${layer}.bottleneck.attention.${name}`),
  ).flat()
}

/** Embeddings, and layers whose outputs of every block live until the next layer has returned. */
function modelSteps(config: ConfigReader, dimensions: Dimensions, activation: string): Steps {
  const networks = config.integer('num_feedforward_networks', 4) - 1
  return [
    set('ones', make(TOKENS, 'float32')),
    set('types', make(TOKENS, 'int64')),
    set('mask', make(TOKENS, 'model')),
    set('embedded', call(embeddingSteps(config, dimensions), { types: 'types' }, 'embeddings')),
    set('hidden', 'embedded'),
    {
      each: 'encoder.layer',
      carries: 'hidden',
      given: ['mask'],
      returns: ['query', 'value', 'input', 'between', ...Array.from({ length: networks + 1 }, (_, at) => `fed${at}`)],
      kinds: [layerSteps(config, dimensions, activation, networks)],
    },
  ]
}

/** Each word between its neighbours, projected; positions and types (`MobileBertEmbeddings`). */
function embeddingSteps(config: ConfigReader, { hiddenSize }: Dimensions): Steps {
  const isTrigram = config.boolean('trigram_input', true)
  const isProjected = isTrigram || config.integer('embedding_size', 128) !== hiddenSize
  return [
    set('words', words('word_embeddings')),
    ...(isTrigram ? [set('words', written({ kind: 'trigrams' }))] : []),
    ...(isProjected ? [set('words', project('embedding_transformation', 'words'))] : []),
    set('places', lookup('position_embeddings', ['sequence'])),
    set('kinds', lookup('token_type_embeddings', TOKENS, 'types')),
    set('sum', plus(plus('words', 'places'), 'kinds')),
    set('sum', call(normSteps(config), { x: 'sum' }, 'LayerNorm')),
    ...dropping(bertDropout(config, '').hidden, 'sum'),
    give('sum'),
  ]
}

/** `NoNorm`: a factor and a shift for each feature; or a norm. */
const normSteps = (config: ConfigReader): Steps =>
  config.string('normalization_type', 'no_norm') === 'no_norm'
    ? [
        give(
          plus({ op: 'multiply', of: ['x', { op: 'parameter', name: 'weight' }] }, { op: 'parameter', name: 'bias' }),
        ),
      ]
    : [give(layerNormed('', 'x'))]

/** `MobileBertLayer` */
function layerSteps(config: ConfigReader, dimensions: Dimensions, activation: string, networks: number): Steps {
  const { hidden: rate, attention: ofWeights } = bertDropout(config, '')
  const norm = (of: Value): Operation => call(normSteps(config), { x: of }, 'LayerNorm')
  const narrowed: Steps = [set('x', project('dense', 'hidden')), give(norm('x'))]
  const isNarrow = config.boolean('use_bottleneck_attention', false)
  const isShared = config.boolean('key_query_shared_bottleneck', true)
  const ofQuery: Value = isNarrow
    ? 'input'
    : isShared
      ? call(narrowed, { hidden: 'hidden' }, 'bottleneck.attention')
      : 'hidden'
  const summed = (dropRate: number): Steps => [
    set('x', project('dense', 'hidden')),
    ...dropping(dropRate, 'x'),
    give(norm(plus('x', 'residual'))),
  ]
  const width = config.integer('intra_bottleneck_size', 128)
  const self: Steps = [
    set('query', project('query', 'of')),
    set('key', project('key', 'of')),
    set('value', project('value', 'value')),
    give(
      attended(['query', 'key', 'value'], {
        ...bertHeads({ ...dimensions, headDim: Math.floor(width / dimensions.heads) }),
        isEager: true,
        returnsWeights: 'module',
        dropout: ofWeights,
      }),
    ),
  ]
  const attention: Steps = [
    set('context', call(self, { of: 'query', value: 'value', mask: 'mask' }, 'self')),
    give(call(summed(0), { hidden: 'context', residual: 'input' }, 'output')),
  ]
  const network: Steps = [
    set('between', call(intermediateSteps(activation), { hidden: 'hidden' }, 'intermediate')),
    give(call(summed(0), { hidden: 'between', residual: 'hidden' }, 'output')),
  ]
  const output: Steps = [
    set('x', project('dense', 'between')),
    set('x', norm(plus('x', 'fed'))),
    give(call(summed(rate), { hidden: 'x', residual: 'hidden' }, 'bottleneck')),
  ]
  const last = `fed${networks}`
  return [
    set('input', call(narrowed, { hidden: 'hidden' }, 'bottleneck.input')),
    set('query', ofQuery),
    set('value', isNarrow ? 'input' : 'hidden'),
    set('fed0', call(attention, { query: 'query', value: 'value', input: 'input', mask: 'mask' }, 'attention')),
    ...Array.from({ length: networks }, (_, at) =>
      set(`fed${at + 1}`, call(network, { hidden: `fed${at}` }, `ffn.${at}`)),
    ),
    set('between', call(intermediateSteps(activation), { hidden: last }, 'intermediate')),
    give(call(output, { between: 'between', fed: last, hidden: 'hidden' }, 'output')),
  ]
}
