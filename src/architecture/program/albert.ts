import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
import {
  type BertOptions,
  bertBuffers,
  bertDropout,
  bertEmbeddingSteps,
  firstToken,
  hasAbsolutePositions,
} from './bert.js'
import { activated, attended, call, dropped, eagerMask, give, layerNormed, make, plus, project, set } from './build.js'
import { TOKENS } from './count.js'
import type { Program } from './program.js'
import type { Steps } from './steps.js'
import { labelled, textEncoder } from './text-encoder.js'

/** The program of ALBERT (`modeling_albert.py`), whose layers run more than once. */
export function albertProgram(
  config: ConfigReader,
  dimensions: Dimensions,
  className: string,
  prefix: string,
): Program | undefined {
  if (!hasAbsolutePositions(config)) return undefined
  const { hiddenSize } = dimensions
  const activation = config.string('hidden_act', 'gelu_new')
  const dropout = albertDropout(config, className)
  const pooled = set(
    'pooled',
    call(
      [set('first', firstToken(hiddenSize)), give(activated('tanh', project('pooler', 'first')))],
      { hidden: 'hidden' },
      className.endsWith('Model') ? '' : prefix,
    ),
  )
  return textEncoder(className, {
    name: 'Albert',
    prefix,
    steps: modelSteps(config, dimensions, { activation, dropout }),
    buffers: bertBuffers(config.integer('max_position_embeddings', 512)),
    ending: [pooled],
    keepsLayers: true,
    heads: {
      ForMaskedLM: [give(call(maskedHead(activation), { hidden: 'hidden' }, 'predictions'))],
      ForSequenceClassification: [pooled, give(project('classifier', dropped(dropout.classifier, 'pooled')))],
      ForTokenClassification: labelled('classifier', dropout.classifier),
      ForQuestionAnswering: labelled('qa_outputs'),
    },
  })
}

type AlbertOptions = Pick<BertOptions, 'activation' | 'dropout'>

/** The rates of a class: its classifiers have a rate with a name of its own. */
function albertDropout(config: ConfigReader, className: string): BertOptions['dropout'] {
  const { hidden, attention } = bertDropout(config, '')
  const classifies = className.endsWith('Classification')
  return { hidden, attention, classifier: classifies ? config.number('classifier_dropout_prob', 0.1, hidden) : 0 }
}

/** Embeddings, their projection, and the groups of layers, each as often as it runs. */
function modelSteps(config: ConfigReader, dimensions: Dimensions, options: AlbertOptions): Steps {
  const { dropout } = options
  const { layers } = dimensions
  const groups = config.integer('num_hidden_groups', 1)
  const inner = Array.from({ length: config.integer('inner_group_num', 1) }, (_, index) =>
    set('hidden', call(layerSteps(dimensions, options), { hidden: 'hidden', mask: 'mask' }, `albert_layers.${index}`)),
  )
  const encoder: Steps = [
    set('hidden', project('embedding_hidden_mapping_in', 'embedded')),
    {
      each: 'albert_layer_groups',
      carries: 'hidden',
      given: ['mask'],
      kinds: [[...inner, give('hidden')]],
      runs: Array.from({ length: layers }, (_, index) => Math.floor((index * groups) / layers)),
    },
    give('hidden'),
  ]
  return [
    set('ones', make(TOKENS, 'float32')),
    set('embedded', call(bertEmbeddingSteps({ dropout }), {}, 'embeddings')),
    set('mask', eagerMask(TOKENS)),
    set('hidden', call(encoder, { embedded: 'embedded', mask: 'mask' }, 'encoder')),
  ]
}

/** `AlbertLayer` */
function layerSteps({ heads, headDim = 0 }: Dimensions, { activation, dropout }: AlbertOptions): Steps {
  const attention: Steps = [
    set('query', project('query', 'hidden')),
    set('key', project('key', 'hidden')),
    set('value', project('value', 'hidden')),
    set(
      'out',
      attended(['query', 'key', 'value'], {
        heads,
        headDim,
        eager: { softmax: 'scores', weights: 'none', keepsMasked: 'likeWeights' },
        dropout: dropout.attention,
        mask: 'mask',
        returnsWeights: 'module',
      }),
    ),
    set('projected', project('dense', 'out')),
    set('left', dropped(dropout.hidden, 'projected')),
    give(layerNormed('LayerNorm', plus('hidden', 'left'))),
  ]
  const feedForward: Steps = [
    set('fed', project('ffn', 'hidden')),
    set('fed', activated(activation, 'fed')),
    give(project('ffn_output', 'fed')),
  ]
  return [
    set('attended', call(attention, { hidden: 'hidden', mask: 'mask' }, 'attention')),
    set('fed', call(feedForward, { hidden: 'attended' })),
    give(layerNormed('full_layer_layer_norm', plus('fed', 'attended'))),
  ]
}

/** `AlbertMLMHead`: what a masked head of BERT computes, without a module for its transformation. */
function maskedHead(activation: string): Steps {
  return [
    set('hidden', project('dense', 'hidden')),
    set('hidden', activated(activation, 'hidden')),
    set('hidden', layerNormed('LayerNorm', 'hidden')),
    set('hidden', project('decoder', 'hidden')),
    give('hidden'),
  ]
}
