import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
import { bertBuffers, bertEmbeddingSteps, firstToken, hasAbsolutePositions } from './bert.js'
import { activated, attended, call, eagerMask, give, layerNormed, make, plus, project, set } from './build.js'
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
    steps: modelSteps(config, dimensions, activation),
    buffers: bertBuffers(config.integer('max_position_embeddings', 512)),
    ending: [pooled],
    keepsLayers: true,
    heads: {
      ForMaskedLM: [give(call(maskedHead(activation), { hidden: 'hidden' }, 'predictions'))],
      ForSequenceClassification: [pooled, give(project('classifier', 'pooled'))],
      ForTokenClassification: labelled('classifier'),
      ForQuestionAnswering: labelled('qa_outputs'),
    },
  })
}

/** Embeddings, their projection, and the groups of layers, each as often as it runs. */
function modelSteps(config: ConfigReader, dimensions: Dimensions, activation: string): Steps {
  const { layers } = dimensions
  const groups = config.integer('num_hidden_groups', 1)
  const inner = Array.from({ length: config.integer('inner_group_num', 1) }, (_, index) =>
    set(
      'hidden',
      call(layerSteps(dimensions, activation), { hidden: 'hidden', mask: 'mask' }, `albert_layers.${index}`),
    ),
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
    set('embedded', call(bertEmbeddingSteps({}), {}, 'embeddings')),
    set('mask', eagerMask(TOKENS)),
    set('hidden', call(encoder, { embedded: 'embedded', mask: 'mask' }, 'encoder')),
  ]
}

/** `AlbertLayer` */
function layerSteps({ heads, headDim = 0 }: Dimensions, activation: string): Steps {
  const attention: Steps = [
    set('query', project('query', 'hidden')),
    set('key', project('key', 'hidden')),
    set('value', project('value', 'hidden')),
    set(
      'out',
      attended(['query', 'key', 'value'], {
        heads,
        headDim,
        eager: { softmax: 'scores', keepsMasked: 'likeWeights' },
        mask: 'mask',
        returnsWeights: 'module',
      }),
    ),
    set('projected', project('dense', 'out')),
    give(layerNormed('LayerNorm', plus('hidden', 'projected'))),
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
