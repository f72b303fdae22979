import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
import { type BertDropout, bertDropout, bertPooling, classifierSteps, ROBERTA_MASKED_HEAD } from './bert.js'
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
  makeLike,
  plus,
  project,
  set,
  words,
} from './build.js'
import { TOKENS } from './count.js'
import type { Program } from './program.js'
import type { Operation, Steps } from './steps.js'
import { labelled, textEncoder } from './text-encoder.js'

/** How a family of encoders with rotary positions differs from the others. */
export interface RotaryEncoderSteps {
  /** The prefix of its class names, and of the base model inside the classes. */
  readonly name: string
  readonly prefix: string
  readonly activation: string
  /** Whether its feed-forward networks have gates. */
  readonly isGated: boolean
  /** Whether a part of the gated features is set to zero. */
  readonly dropsGated: boolean
  /** The number of token types, which may be 0. */
  readonly segments: number
  /** Whether its embeddings have buffers of positions and types. */
  readonly hasBuffers: boolean
  /** Whether its layers receive the positions. */
  readonly handsPositions: boolean
  /** The class default of `max_position_embeddings`. */
  readonly contextTokens: number
  /** The head for masked words: like BERT's or RoBERTa's. */
  readonly maskedHead: 'predictions' | 'lmHead'
  /** Whether sequences are classified like BERT does it, by a pooler, or like RoBERTa. */
  readonly classifies: 'pooled' | 'first'
  /** Whether the base model has a pooler of its own. */
  readonly pools: boolean
}

/** The program of a class of an encoder with rotary positions and a norm behind each block (transformers 5). */
export function rotaryEncoderProgram(
  config: ConfigReader,
  dimensions: Dimensions,
  className: string,
  family: RotaryEncoderSteps,
): Program | undefined {
  const { name, prefix, activation, hasBuffers, maskedHead, classifies, pools } = family
  const { hiddenSize, headDim = 0 } = dimensions
  const dropout = bertDropout(config, className)
  const positions = config.integer('max_position_embeddings', family.contextTokens)
  const pooled = (at: string) => set('pooled', call(bertPooling(hiddenSize), { hidden: 'hidden' }, at))
  const own: Steps = [give(call(ROBERTA_MASKED_HEAD, { hidden: 'hidden' }, 'lm_head'))]
  return textEncoder(className, {
    name,
    prefix,
    steps: modelSteps(dimensions, family, dropout),
    buffers: [
      ...(hasBuffers ? [{ count: [positions] }, { count: [positions] }] : []),
      // Frequencies, and a copy of them.
      { count: [2 * Math.floor(headDim / 2)], type: 'float32' },
    ],
    says: ['the class of transformers 5 runs; earlier versions have none'],
    ending: pools ? [pooled('pooler')] : [],
    heads: {
      ForMaskedLM: maskedHead === 'predictions' ? bertHead(activation) : own,
      ForSequenceClassification:
        classifies === 'pooled'
          ? [pooled(`${prefix}.pooler`), give(project('classifier', dropped(dropout.classifier, 'pooled')))]
          : [give(call(classifierSteps(hiddenSize, 'tanh', dropout), { hidden: 'hidden' }, 'classifier'))],
      ForTokenClassification: labelled('classifier', dropout.classifier),
      ForQuestionAnswering: labelled('qa_outputs'),
    },
  })
}

function modelSteps(dimensions: Dimensions, family: RotaryEncoderSteps, dropout: BertDropout): Steps {
  const { segments, handsPositions } = family
  const { headDim = 0 } = dimensions
  const embeddings: Steps = [
    set('sum', words('word_embeddings')),
    ...(segments > 0
      ? [
          set('kinds', make(TOKENS, 'int64')),
          set('types', lookup('token_type_embeddings', TOKENS, 'kinds')),
          set('sum', plus('sum', 'types')),
        ]
      : []),
    set('sum', layerNormed('LayerNorm', 'sum')),
    give(dropped(dropout.hidden, 'sum')),
  ]
  return [
    set('positions', make(['sequence'], 'int64')),
    set('embedded', call(embeddings, {}, 'embeddings')),
    set('hidden', 'embedded'),
    set('cos', makeLike(['sequence', headDim], 'embedded')),
    set('sin', makeLike(['sequence', headDim], 'embedded')),
    {
      each: 'layers',
      carries: 'hidden',
      given: [...(handsPositions ? ['positions'] : []), 'cos', 'sin'],
      kinds: [layerSteps(dimensions, family, dropout)],
    },
  ]
}

function layerSteps(
  { heads, headDim = 0 }: Dimensions,
  { activation, isGated, dropsGated }: RotaryEncoderSteps,
  dropout: BertDropout,
): Steps {
  const turned = (name: string): Operation => ({ op: 'rotate', of: name, by: ['cos', 'sin'] })
  const attention: Steps = [
    set('query', { op: 'exchange', of: project('q_proj', 'hidden') }),
    set('key', { op: 'exchange', of: project('k_proj', 'hidden') }),
    set('value', project('v_proj', 'hidden')),
    set('turnedQuery', turned('query')),
    set('turnedKey', turned('key')),
    set('query', 'turnedQuery'),
    set('key', 'turnedKey'),
    { drop: 'turnedQuery' },
    { drop: 'turnedKey' },
    set(
      'out',
      attended(['query', 'key', 'value'], {
        heads,
        headDim,
        eager: { softmax: 'scores', weights: 'value' },
        returnsWeights: 'layer',
        dropout: dropout.attention,
      }),
    ),
    set('out', project('o_proj', 'out')),
    give('out'),
  ]
  const feedForward: Steps = isGated
    ? [
        set('gated', {
          op: 'multiply',
          of: [activated(activation, project('gate_proj', 'hidden')), project('up_proj', 'hidden')],
        }),
        ...(dropsGated ? dropping(dropout.hidden, 'gated') : []),
        give(project('down_proj', 'gated')),
      ]
    : [
        set('hidden', project('fc1', 'hidden')),
        set('hidden', activated(activation, 'hidden')),
        give(project('fc2', 'hidden')),
      ]
  return [
    set('residual', 'hidden'),
    set('attended', call(attention, { hidden: 'hidden', cos: 'cos', sin: 'sin' }, 'self_attn')),
    set('hidden', plus('residual', dropped(dropout.hidden, 'attended'))),
    set('hidden', layerNormed('post_attention_layernorm', 'hidden')),
    set('residual', 'hidden'),
    set('hidden', call(feedForward, { hidden: 'hidden' }, 'mlp')),
    set('hidden', plus('residual', dropped(dropout.hidden, 'hidden'))),
    give(layerNormed('post_mlp_layernorm', 'hidden')),
  ]
}

/** BERT's head of a masked language model, whose norm is called `layer_norm`. */
function bertHead(activation: string): Steps {
  const transform: Steps = [
    set('hidden', project('dense', 'hidden')),
    set('hidden', activated(activation, 'hidden')),
    set('hidden', layerNormed('layer_norm', 'hidden')),
    give('hidden'),
  ]
  const head: Steps = [
    set('hidden', call(transform, { hidden: 'hidden' }, 'transform')),
    set('hidden', project('decoder', 'hidden')),
    give('hidden'),
  ]
  return [give(call(head, { hidden: 'hidden' }, 'cls.predictions'))]
}
