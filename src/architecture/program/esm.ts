import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
import { type BertDropout, bertDropout, bertPooling, classifierSteps } from './bert.js'
import {
  activated,
  attended,
  call,
  give,
  layerNormed,
  lookup,
  make,
  part,
  plus,
  project,
  scaled,
  set,
  words,
} from './build.js'
import { type Count, TOKENS } from './count.js'
import { denseAndSum, intermediateSteps } from './pre-norm-bert.js'
import type { Program } from './program.js'
import type { Operation, Step, Steps } from './steps.js'
import { labelled, textEncoder } from './text-encoder.js'

/** The program of ESM (`modeling_esm.py`); undefined with embeddings of distances, which no published model has. */
export function esmProgram(
  config: ConfigReader,
  dimensions: Dimensions,
  className: string,
  prefix: string,
): Program | undefined {
  const kind = config.string('position_embedding_type', 'absolute')
  if (kind.startsWith('relative')) return undefined
  const { hiddenSize, headDim = 0, layers } = dimensions
  const dropout = bertDropout(config, className, 'hidden_dropout_prob')
  const isRotary = kind === 'rotary'
  const head: Steps = [
    set('x', project('dense', 'hidden')),
    set('x', activated('gelu_python', 'x')),
    set('x', layerNormed('layer_norm', 'x')),
    set('x', plus(project('decoder', 'x'), { op: 'parameter', name: 'bias' })),
    give('x'),
  ]
  return textEncoder(className, {
    name: 'Esm',
    prefix,
    steps: [
      set('embedded', call(embeddingSteps(config), {}, 'embeddings')),
      set('mask', make(TOKENS, 'float32')),
      set('mask', make(TOKENS, 'model')),
      set('hidden', 'embedded'),
      {
        each: 'encoder.layer',
        carries: 'hidden',
        given: ['mask'],
        kinds: [layerSteps(dimensions, dropout, isRotary)],
      },
      set('hidden', layerNormed('encoder.emb_layer_norm_after', 'hidden')),
    ],
    buffers: [
      { count: [config.positive('max_position_embeddings', 1026)] },
      // Each layer has frequencies, and tables that it makes once.
      ...(isRotary
        ? ([
            { count: [layers, Math.ceil(headDim / 2)], type: 'float32' },
            { count: [layers, 2 * headDim, 'sequence'], type: 'float32' },
          ] as const)
        : []),
    ],
    // Nothing computes contacts in training.
    untrained: ['weight', 'bias'].map((name) => `${prefix}.contact_head.regression.${name}`),
    ending: [set('pooled', call(bertPooling(hiddenSize), { hidden: 'hidden' }, 'pooler'))],
    heads: {
      ForMaskedLM: [give(call(head, { hidden: 'hidden' }, 'lm_head'))],
      ForSequenceClassification: [
        give(call(classifierSteps(hiddenSize, 'tanh', dropout), { hidden: 'hidden' }, 'classifier')),
      ],
      ForTokenClassification: labelled('classifier', dropout.classifier),
    },
  })
}

/** `EsmEmbeddings`: without types, and with a factor for masked words. */
function embeddingSteps(config: ConfigReader): Steps {
  const corrected: readonly Step[] = [
    set('sum', { op: 'masked', of: 'sum', mask: make(TOKENS, 'bool') }),
    set('ratio', make(['batch'], 'float32')),
    set('sum', { op: 'own', of: scaled(scaled('sum'), 'ratio') }),
  ]
  return [
    set('indices', make(TOKENS, 'int64')),
    set('words', words('word_embeddings')),
    set('sum', 'words'),
    ...(config.boolean('token_dropout', false) ? corrected : []),
    ...(config.string('position_embedding_type', 'absolute') === 'absolute'
      ? [set('places', lookup('position_embeddings', TOKENS, 'indices')), set('sum', plus('sum', 'places'))]
      : []),
    ...(config.boolean('emb_layer_norm_before', false) ? [set('sum', layerNormed('layer_norm', 'sum'))] : []),
    give('sum'),
  ]
}

/** `EsmLayer`. The weights of attention live until its output projection has run. */
function layerSteps({ heads, headDim = 0 }: Dimensions, dropout: BertDropout, isRotary: boolean): Steps {
  const attention: Steps = [
    set('normal', layerNormed('LayerNorm', 'hidden')),
    set('query', { op: 'exchange', of: project('self.query', 'normal') }),
    set('key', { op: isRotary ? 'exchange' : 'view', of: project('self.key', 'normal') }),
    set('value', project('self.value', 'normal')),
    set('query', scaled('query')),
    ...(isRotary ? rotatedBoth([...TOKENS, (heads * headDim) / 2], headDim) : []),
    set(
      'context',
      attended(['query', 'key', 'value'], {
        heads,
        headDim,
        dropout: dropout.attention,
        mask: 'mask',
        isMaskForAll: true,
        isMaskOfKeys: true,
        returnsWeights: 'module',
      }),
    ),
    ...['query', 'key', 'value'].map((drop) => ({ drop })),
    give(call(denseAndSum(dropout.hidden), { hidden: 'context', residual: 'hidden' }, 'output')),
  ]
  return [
    set('attended', call(attention, { hidden: 'hidden', mask: 'mask' }, 'attention')),
    set('normal', layerNormed('LayerNorm', 'attended')),
    set('between', call(intermediateSteps('gelu_python'), { hidden: 'normal' }, 'intermediate')),
    give(call(denseAndSum(dropout.hidden), { hidden: 'between', residual: 'attended' }, 'output')),
  ]
}

/** Queries and keys times float32 tables, which are among the buffers, cast back. */
const rotatedBoth = (half: Count, headDim: number): Steps => [
  set('table', { op: 'input', count: ['sequence', headDim], type: 'float32' }),
  set('turnedQuery', rotated('query', half)),
  set('turnedKey', rotated('key', half)),
  set('query', 'turnedQuery'),
  set('key', 'turnedKey'),
  { drop: 'turnedQuery' },
  { drop: 'turnedKey' },
]

/** `x * cos + cat(-x2, x1) * sin` */
function rotated(name: string, half: Count): Operation {
  const turned: Operation = { op: 'concat', of: [scaled(part(name, half)), part(name, half)] }
  return { op: 'narrow', of: plus(scaled(name, 'table'), scaled(turned, 'table')) }
}
