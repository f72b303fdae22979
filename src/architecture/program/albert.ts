import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
import { type BertOptions, bertDropout, firstToken, hasAbsolutePositions, plainMaskedHead } from './bert.js'
import { bertBuffers, bertEmbeddingSteps } from './bert-embeddings.js'
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
  const dropout = bertDropout(config, className, 'classifier_dropout_prob')
  const pooled = set(
    'pooled',
    call(
      [set('first', firstToken(hiddenSize)), give(activated('tanh', project('pooler', 'first')))],
      { hidden: 'hidden' },
      className.endsWith('Model') ? '' : prefix,
    ),
  )
  const classify: Steps = [pooled, give(project('classifier', dropped(dropout.classifier, 'pooled')))]
  return textEncoder(className, {
    name: 'Albert',
    prefix,
    steps: modelSteps(config, dimensions, { activation, dropout }),
    buffers: bertBuffers(config.integer('max_position_embeddings', 512)),
    ending: [pooled],
    keepsLayers: true,
    heads: {
      ForMaskedLM: [give(call(plainMaskedHead(activation), { hidden: 'hidden' }, 'predictions'))],
      ForSequenceClassification: classify,
      ForMultipleChoice: classify,
      ForTokenClassification: labelled('classifier', dropout.classifier),
      ForQuestionAnswering: labelled('qa_outputs'),
    },
  })
}

type AlbertOptions = Pick<BertOptions, 'activation' | 'dropout'>

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
    set('embedded', call(bertEmbeddingSteps(dropout.hidden), {}, 'embeddings')),
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
