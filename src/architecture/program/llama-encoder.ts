import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
import { firstToken } from './bert.js'
import { activated, attended, call, give, make, normed, plus, project, set, words } from './build.js'
import type { Program } from './program.js'
import type { Steps } from './steps.js'
import { labelled, textEncoder, WIDE_ENTROPY } from './text-encoder.js'

/** The program of an encoder with Llama's layers (`modeling_eurobert.py`). */
export function llamaEncoderProgram(
  config: ConfigReader,
  dimensions: Dimensions,
  className: string,
  name: string,
): Program | undefined {
  const { hiddenSize, headDim = 0 } = dimensions
  return textEncoder(className, {
    name,
    prefix: 'model',
    steps: [
      set('embedded', words('embed_tokens')),
      set('positions', make(['sequence'], 'int64')),
      set('hidden', 'embedded'),
      set('cos', make(['sequence', headDim], 'model')),
      set('sin', make(['sequence', headDim], 'model')),
      {
        each: 'layers',
        carries: 'hidden',
        given: ['positions', 'cos', 'sin'],
        kinds: [layerSteps(config, dimensions)],
      },
      set('hidden', normed('rmsNorm', 'norm', 'hidden')),
    ],
    // Frequencies, and a copy of them.
    buffers: [{ count: [2 * Math.ceil(headDim / 2)], type: 'float32' }],
    says: ['the class of transformers 5 runs; earlier versions have none'],
    heads: {
      ForMaskedLM: [give(project('lm_head', 'hidden'))],
      ForSequenceClassification: classifier(config, hiddenSize),
      ForTokenClassification: labelled('classifier'),
    },
    losses: { ForMaskedLM: { loss: WIDE_ENTROPY } },
  })
}

/** A layer of Llama without a mask. */
function layerSteps(config: ConfigReader, { heads, kvHeads, headDim = 0 }: Dimensions): Steps {
  const attention: Steps = [
    set('query', { op: 'exchange', of: project('q_proj', 'hidden') }),
    set('key', { op: 'exchange', of: project('k_proj', 'hidden') }),
    set('value', project('v_proj', 'hidden')),
    set('turnedQuery', { op: 'rotate', of: 'query', by: ['cos', 'sin'] }),
    set('turnedKey', { op: 'rotate', of: 'key', by: ['cos', 'sin'] }),
    set('query', 'turnedQuery'),
    set('key', 'turnedKey'),
    { drop: 'turnedQuery' },
    { drop: 'turnedKey' },
    set(
      'out',
      attended(['query', 'key', 'value'], {
        heads,
        kvHeads,
        headDim,
        dropout: config.number('attention_dropout', 0),
        returnsWeights: 'layer',
      }),
    ),
    set('out', project('o_proj', 'out')),
    give('out'),
  ]
  const feedForward: Steps = [
    give(
      project('down_proj', {
        op: 'multiply',
        of: [
          activated(config.string('hidden_act', 'silu'), project('gate_proj', 'hidden')),
          project('up_proj', 'hidden'),
        ],
      }),
    ),
  ]
  return [
    set('residual', 'hidden'),
    set('hidden', normed('rmsNorm', 'input_layernorm', 'hidden')),
    set('hidden', call(attention, { hidden: 'hidden', cos: 'cos', sin: 'sin' }, 'self_attn')),
    set('hidden', plus('residual', 'hidden')),
    set('residual', 'hidden'),
    set('hidden', normed('rmsNorm', 'post_attention_layernorm', 'hidden')),
    set('hidden', call(feedForward, { hidden: 'hidden' }, 'mlp')),
    set('hidden', plus('residual', 'hidden')),
    give('hidden'),
  ]
}

/** Two linear layers on the first token, on the mean of all, or on each, whose logits are averaged (`late`, the default). */
function classifier(config: ConfigReader, hiddenSize: number): Steps {
  const pooling = config.string('classifier_pooling', 'late')
  const labels = config.positive('num_labels', 2)
  if (pooling === 'late') {
    return [
      set('x', project('dense', 'hidden')),
      set('x', activated('gelu', 'x')),
      set('logits', project('classifier', 'x')),
      set('logits', { op: 'mean', of: 'logits', count: ['batch', labels] }),
      give('logits'),
    ]
  }
  return [
    set(
      'pooled',
      pooling === 'mean' ? { op: 'mean', of: 'hidden', count: ['batch', hiddenSize] } : firstToken(hiddenSize),
    ),
    set('pooled', project('dense', 'pooled')),
    set('pooled', activated('gelu', 'pooled')),
    give(project('classifier', 'pooled')),
  ]
}
