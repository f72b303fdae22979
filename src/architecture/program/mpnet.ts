import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
import {
  type BertDropout,
  bertBlockSteps,
  bertDropout,
  bertPooling,
  classifierSteps,
  ROBERTA_MASKED_HEAD,
} from './bert.js'
import {
  call,
  copied,
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
import type { Program } from './program.js'
import type { Steps } from './steps.js'
import { labelled, textEncoder } from './text-encoder.js'

/** The program of MPNet (`modeling_mpnet.py`). */
export function mpnetProgram(
  config: ConfigReader,
  dimensions: Dimensions,
  className: string,
  prefix: string,
): Program | undefined {
  const { hiddenSize } = dimensions
  // The classifiers have the rate of hidden states, whatever `classifier_dropout` says.
  const dropout = bertDropout(config, className, 'hidden_dropout_prob')
  return textEncoder(className, {
    name: 'MPNet',
    prefix,
    steps: modelSteps(config, dimensions, dropout),
    buffers: [{ count: [config.integer('max_position_embeddings', 512)] }],
    ending: [set('pooled', call(bertPooling(hiddenSize), { hidden: 'hidden' }, 'pooler'))],
    keepsLayers: true,
    heads: {
      ForMaskedLM: [give(call(ROBERTA_MASKED_HEAD, { hidden: 'hidden' }, 'lm_head'))],
      ForSequenceClassification: [
        give(call(classifierSteps(hiddenSize, 'tanh', dropout), { hidden: 'hidden' }, 'classifier')),
      ],
      ForTokenClassification: labelled('classifier', dropout.classifier),
      ForQuestionAnswering: labelled('qa_outputs'),
      ForMultipleChoice: [
        set('pooled', call(bertPooling(hiddenSize), { hidden: 'hidden' }, 'mpnet.pooler')),
        give(project('classifier', dropped(dropout.classifier, 'pooled'))),
      ],
    },
  })
}

/** Masks, embeddings, and layers that share the bias of their scores. */
function modelSteps(config: ConfigReader, { heads }: Dimensions, dropout: BertDropout): Steps {
  const embeddings: Steps = [
    set('indices', make(TOKENS, 'int64')),
    set('words', words('word_embeddings')),
    set('places', lookup('position_embeddings', TOKENS, 'indices')),
    set('sum', plus('words', 'places')),
    set('sum', layerNormed('LayerNorm', 'sum')),
    ...dropping(dropout.hidden, 'sum'),
    give('sum'),
  ]
  const bias: Steps = [
    // A copy: distances are sorted into buckets on the CPU (`compute_position_bias`).
    set('buckets', make(['sequence', 'sequence'], 'int64')),
    set('values', lookup('relative_attention_bias', ['sequence', 'sequence'], 'buckets')),
    set('values', copied({ op: 'expand', of: 'values', count: ['batch', 'sequence', 'sequence', heads] })),
    give('values'),
  ]
  const attention: Steps = [
    set(
      'attended',
      call(
        [give(written({ kind: 'biasedAttention', heads, dropout: dropout.attention }))],
        { hidden: 'hidden', mask: 'mask', bias: 'bias' },
        'attn',
      ),
    ),
    give(layerNormed('LayerNorm', plus(dropped(dropout.hidden, 'attended'), 'hidden'))),
  ]
  const encoder: Steps = [
    set('bias', call(bias, {})),
    {
      each: 'layer',
      carries: 'hidden',
      given: ['mask', 'bias'],
      kinds: [
        bertBlockSteps(attention, { activation: config.string('hidden_act', 'gelu'), dropout }, { bias: 'bias' }),
      ],
    },
    give('hidden'),
  ]
  return [
    set('ones', make(TOKENS, 'float32')),
    set('mask', make(TOKENS, 'model')),
    set('embedded', call(embeddings, {}, 'embeddings')),
    set('hidden', call(encoder, { hidden: 'embedded', mask: 'mask' }, 'encoder')),
  ]
}
