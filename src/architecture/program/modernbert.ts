import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
import {
  activated,
  attended,
  call,
  dropped,
  give,
  layerNormed,
  make,
  makeLike,
  part,
  plus,
  project,
  scaled,
  set,
  split,
  summed,
  words,
} from './build.js'
import { type Count, TOKENS } from './count.js'
import type { Program } from './program.js'
import type { Operation, Steps } from './steps.js'
import { textEncoder, WIDE_ENTROPY } from './text-encoder.js'

/** What layers get by keyword. */
const MASKS_AND_POSITIONS = ['mask', 'windowMask', 'positions'] as const

/** ModernBERT without the flash-attention package, and not compiled (`reference_compile: false`). */
export function modernBertProgram(
  config: ConfigReader,
  dimensions: Dimensions,
  className: string,
): Program | undefined {
  const { hiddenSize, layers, headDim = 0 } = dimensions
  // The tokens whose labels count are values of a batch.
  if (config.boolean('sparse_prediction', false) && className.endsWith('ForMaskedLM')) return undefined
  const isMean = config.string('classifier_pooling', 'cls') === 'mean'
  const head = (of: string) => call(headSteps(config), { hidden: of }, 'head')
  const classify = (of: string): Operation => project('classifier', dropped(config.number('classifier_dropout', 0), of))
  const labels: Steps = [set('headed', head('hidden')), give(classify('headed'))]
  return textEncoder(className, {
    name: 'ModernBert',
    prefix: 'model',
    // The classifier of sequences makes the first mask itself, and holds it.
    steps: modelSteps(config, dimensions, className.endsWith('ForSequenceClassification')),
    buffers: [{ count: [Math.floor(headDim / 2) * layers], type: 'float32' }],
    heads: {
      ForMaskedLM: [give(project('decoder', head('hidden')))],
      ForSequenceClassification: [
        set('last', isMean ? meanOf('hidden', hiddenSize) : part('hidden', ['batch', hiddenSize])),
        set('pooled', head('last')),
        give(classify('pooled')),
      ],
      ForTokenClassification: labels,
      ForQuestionAnswering: labels,
    },
    says: [
      "ModernBERT is not compiled (`reference_compile: false`), and attention is torch's own; by default transformers compiles its feed-forward networks where Triton is installed, and takes the package flash-attn, if there is one, which needs no masks",
    ],
    losses: { ForMaskedLM: { loss: WIDE_ENTROPY } },
  })
}

/** The base model: masks for all layers, embeddings, layers, a norm. */
function modelSteps(config: ConfigReader, dimensions: Dimensions, keepsOnes: boolean): Steps {
  const { layers } = dimensions
  const period = config.positive('global_attn_every_n_layers', 3)
  const kinds = [0, 1, 2, 3].map((kind) =>
    layerSteps(config, dimensions, { isFirst: kind < 2, mask: kind % 2 === 0 ? 'mask' : 'windowMask' }),
  )
  const embeddings: Steps = [
    give(dropped(config.number('embedding_dropout', 0), layerNormed('norm', words('tok_embeddings')))),
  ]
  return [
    set('ones', make(TOKENS, 'bool')),
    set('positions', make(['sequence'], 'int64')),
    set('mask', make(SCORES, 'model')),
    set('windowMask', make(SCORES, 'model')),
    ...(keepsOnes ? [] : [{ drop: 'ones' }]),
    set('hidden', call(embeddings, {}, 'embeddings')),
    {
      each: 'layers',
      carries: 'hidden',
      given: MASKS_AND_POSITIONS,
      keywords: MASKS_AND_POSITIONS,
      kinds,
      kindOf: Array.from({ length: layers }, (_, index) => (index === 0 ? 0 : 2) + (index % period === 0 ? 0 : 1)),
    },
    set('hidden', layerNormed('final_norm', 'hidden')),
  ]
}

const SCORES: Count = ['batch', 'sequence', 'sequence']

/** A layer (`ModernBertEncoderLayer`). The first has no norm before its attention, as the embeddings end with one. */
function layerSteps(
  config: ConfigReader,
  { heads, headDim = 0 }: Dimensions,
  { isFirst, mask }: { readonly isFirst: boolean; readonly mask: string },
): Steps {
  const dropout = config.number('attention_dropout', 0)
  const states: Count = [...TOKENS, heads * headDim]
  const attention: Steps = [
    set('qkv', project('Wqkv', 'hidden')),
    set('cos', makeLike(['sequence', headDim], 'qkv')),
    set('sin', makeLike(['sequence', headDim], 'qkv')),
    split('qkv', ['query', 'key', 'value'], [states, states, states]),
    ...rotatedBoth([...TOKENS, (heads * headDim) / 2]),
    set('out', attended(['query', 'key', 'value'], { heads, headDim, bias: 'mask', mask: 'mask', dropout })),
    give(dropped(dropout, project('Wo', 'out'))),
  ]
  const gate = activated(config.string('hidden_activation', 'gelu'), 'input')
  const half: Count = [...TOKENS, config.integer('intermediate_size', 1152)]
  const feedForward: Steps = [
    split(project('Wi', 'hidden'), ['input', 'gate'], [half, half]),
    give(project('Wo', dropped(config.number('mlp_dropout', 0), { op: 'multiply', of: [gate, 'gate'] }))),
  ]
  return [
    set('attended', call(attention, { hidden: isFirst ? 'hidden' : layerNormed('attn_norm', 'hidden'), mask }, 'attn')),
    set('hidden', plus('hidden', 'attended')),
    set('fed', call(feedForward, { hidden: layerNormed('mlp_norm', 'hidden') }, 'mlp')),
    set('hidden', plus('hidden', 'fed')),
    give('hidden'),
  ]
}

/** Rotates queries and keys by halves of their heads; the code has both before it drops what they were. */
function rotatedBoth(half: Count): Steps {
  return [
    set('rotatedQuery', rotated('query', half)),
    set('rotatedKey', rotated('key', half)),
    set('query', 'rotatedQuery'),
    set('key', 'rotatedKey'),
    { drop: 'rotatedQuery' },
    { drop: 'rotatedKey' },
  ]
}

/** `x * cos + cat(-x2, x1) * sin` */
function rotated(name: string, half: Count): Operation {
  const turned: Operation = { op: 'concat', of: [scaled(part(name, half)), part(name, half)] }
  return plus(scaled(name, 'cos'), scaled(turned, 'sin'))
}

/** `norm(act(dense(x)))` (`ModernBertPredictionHead`) */
function headSteps(config: ConfigReader): Steps {
  const dense = project('dense', 'hidden')
  return [give(layerNormed('norm', activated(config.string('classifier_activation', 'gelu'), dense)))]
}

/** The mean of the vectors of all tokens. */
function meanOf(name: string, features: number): Operation {
  return scaled(summed(scaled(name, make(TOKENS, 'bool')), ['batch', features]))
}
