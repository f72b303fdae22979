import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
import { type BertDropout, bertDropout } from './bert.js'
import { bertClasses } from './bert-classes.js'
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
  normed,
  plus,
  project,
  set,
  split,
} from './build.js'
import { type Count, TOKENS } from './count.js'
import type { Buffer, Program } from './program.js'
import type { Operation, Steps } from './steps.js'
import { textEncoder } from './text-encoder.js'

/**
 * The program of a class of GTE in the code of its authors (`modeling.py` of `new-impl`), without xformers.
 *
 * @param names - the prefix of the class names, and the name of the base model inside the classes
 */
export function gteAuthorsProgram(
  config: ConfigReader,
  dimensions: Dimensions,
  className: string,
  names: { readonly name: string; readonly prefix: string },
): Program | undefined {
  const { hiddenSize, headDim = 0 } = dimensions
  const dropout = bertDropout(config, className)
  const activation = config.string('hidden_act', 'gelu')
  const {
    ForMaskedLM: _,
    ForNextSentencePrediction: __,
    ...heads
  } = bertClasses({ prefix: names.prefix, hiddenSize, activation, dropout })
  const program = textEncoder(className, {
    ...names,
    steps: modelSteps(config, dimensions, dropout),
    buffers: buffersOf(config, headDim),
    heads: { ...heads, ForMaskedLM: [give(call(maskedHead(activation), { hidden: 'hidden' }, 'lm_head'))] },
    says: ['attention is written out, as in the code of its authors'],
  })
  if (!program) return undefined
  const undescribed = undescribedOf(config)
  return {
    ...program,
    ...(undescribed !== undefined && { undescribed }),
    ...(className.endsWith('ForMaskedLM') && { withoutTraining: MASKED }),
  }
}

const MASKED =
  'the code computes its head for the tokens with a label alone, which are values of a batch: estimate another class'

function undescribedOf(config: ConfigReader): string | undefined {
  if (config.boolean('use_memory_efficient_attention', false) || config.boolean('unpad_inputs', false))
    return 'no model of xformers, which `use_memory_efficient_attention` and `unpad_inputs` ask for: set both to false'
  if (config.boolean('logn_attention_scale', false)) return 'no model of `logn_attention_scale`: set it to false'
  return undefined
}

/** Positions of tokens; and frequencies in float32 with tables of all positions, where positions are rotary. */
function buffersOf(config: ConfigReader, headDim: number): readonly Buffer[] {
  const positions = config.positive('max_position_embeddings', 2048)
  const places: Buffer = { count: [positions] }
  if (!isRotary(config)) return [places]
  const factor = config.object('rope_scaling').number('factor', 1)
  return [
    places,
    { count: [Math.ceil(headDim / 2)], type: 'float32' },
    { count: [2, Math.ceil(positions * factor), 2 * Math.ceil(headDim / 2)], type: 'model' },
  ]
}

const isRotary = (config: ConfigReader): boolean => config.string('position_embedding_type', 'rope') === 'rope'

function modelSteps(config: ConfigReader, dimensions: Dimensions, dropout: BertDropout): Steps {
  const { headDim = 0 } = dimensions
  const tables = isRotary(config) ? ['cos', 'sin'] : []
  const hasTypes = config.integer('type_vocab_size', 1) > 0
  const joined = (name: string): Operation => ({ op: 'addInPlace', of: ['sum', name] })
  const embeddings: Steps = [
    set('sum', { ...lookup('word_embeddings'), isInput: true, isAddedTo: hasTypes || !isRotary(config) }),
    set('words', 'sum'),
    ...(hasTypes
      ? [
          set('kinds', make(TOKENS, 'int64')),
          set('types', lookup('token_type_embeddings', TOKENS, 'kinds')),
          set('sum', joined('types')),
        ]
      : []),
    ...(isRotary(config) ? [] : [set('places', lookup('position_embeddings')), set('sum', joined('places'))]),
    set('sum', layerNormed('LayerNorm', 'sum')),
    give(dropped(dropout.hidden, 'sum')),
  ]
  return [
    set('ones', make(TOKENS, 'float32')),
    ...tables.map((name) => set(name, make([...TOKENS, headDim], 'model'))),
    set('embedded', call(embeddings, {}, 'embeddings')),
    set('mask', make(TOKENS, 'model')),
    set('hidden', 'embedded'),
    {
      each: 'encoder.layer',
      carries: 'hidden',
      given: ['mask', ...tables],
      kinds: [layerSteps(config, dimensions, dropout)],
    },
  ]
}

/** `NewLayer`, with norms behind its blocks. */
function layerSteps(config: ConfigReader, dimensions: Dimensions, dropout: BertDropout): Steps {
  const tables = isRotary(config) ? { cos: 'cos', sin: 'sin' } : {}
  const norm = config.string('layer_norm_type', 'layer_norm') === 'rms_norm' ? 'rmsNorm' : 'layerNorm'
  return [
    set(
      'attended',
      call(attentionSteps(config, dimensions, dropout), { hidden: 'hidden', mask: 'mask', ...tables }, 'attention'),
    ),
    set('residual', 'hidden'),
    set('hidden', 'attended'),
    ...dropping(dropout.hidden, 'hidden'),
    set('hidden', plus('residual', 'hidden')),
    set('hidden', normed(norm, 'attn_ln', 'hidden')),
    set('residual', 'hidden'),
    set('hidden', call(feedForwardSteps(config, dimensions, dropout), { hidden: 'hidden' }, 'mlp')),
    ...dropping(dropout.hidden, 'hidden'),
    set('hidden', plus('residual', 'hidden')),
    set('hidden', normed(norm, 'mlp_ln', 'hidden')),
    give('hidden'),
  ]
}

function attentionSteps(config: ConfigReader, { heads, headDim = 0 }: Dimensions, dropout: BertDropout): Steps {
  const states: Count = [...TOKENS, heads * headDim]
  const names = ['query', 'key', 'value'] as const
  const like = (table: string): Operation => ({ op: 'like', of: table, as: 'query' })
  const turned = (name: string): Operation => ({ op: 'rotate', of: name, by: ['ownCos', 'ownSin'] })
  return [
    ...(config.boolean('pack_qkv', true)
      ? [split(project('qkv_proj', 'hidden'), names, [states, states, states])]
      : names.map((name) => set(name, project(`${name.charAt(0)}_proj`, 'hidden')))),
    ...(isRotary(config)
      ? [
          set('ownCos', like('cos')),
          set('ownSin', like('sin')),
          set('turnedQuery', turned('query')),
          set('turnedKey', turned('key')),
          set('query', 'turnedQuery'),
          set('key', 'turnedKey'),
          ...['turnedQuery', 'turnedKey', 'ownCos', 'ownSin'].map((name) => ({ drop: name })),
        ]
      : []),
    set(
      'context',
      attended(names, {
        heads,
        headDim,
        isEager: true,
        eager: { softmax: 'scores', weights: 'none', keepsMasked: true },
        mask: 'mask',
        isMaskOfKeys: true,
        dropout: dropout.attention,
      }),
    ),
    give(project('o_proj', 'context')),
  ]
}

function feedForwardSteps(config: ConfigReader, { ffnHiddenSize }: Dimensions, dropout: BertDropout): Steps {
  const half: Count = [...TOKENS, ffnHiddenSize]
  return [
    set('both', project('up_gate_proj', 'hidden')),
    split('both', ['up', 'gate'], [half, half]),
    set('gate', activated(config.string('hidden_act', 'gelu'), 'gate')),
    set('gated', { op: 'multiply', of: ['gate', 'up'] }),
    ...dropping(dropout.hidden, 'gated'),
    give(project('down_proj', 'gated')),
  ]
}

const maskedHead = (activation: string): Steps => [
  set('hidden', project('dense', 'hidden')),
  set('hidden', activated(activation, 'hidden')),
  set('hidden', layerNormed('norm', 'hidden')),
  set('hidden', project('decoder', 'hidden')),
  give('hidden'),
]
