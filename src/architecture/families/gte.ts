import { attention } from '../blocks/attention.js'
import { bertPooler, denseAndNorm } from '../blocks/bert.js'
import { BERT_DEFAULTS, decoderDimensions } from '../blocks/decoder-sizes.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import { rotaryEncoder, withPooler } from '../blocks/rotary-encoder.js'
import { container } from '../module.js'
import { rotaryEncoderProgram } from '../program/rotary-encoder.js'
import { headedFamily } from '../shapes/headed-family.js'
import { outputEmbedding } from '../shapes/headed-model.js'

/** GTE (Zhang et al. 2024, arXiv:2407.19669), an encoder for embeddings and rerankers: BERT with rotary positions and gates. */
export const gte = headedFamily({
  modelType: 'gte',
  encodes: true,
  name: 'Gte',
  prefix: 'gte',
  dropout: { hidden_dropout_prob: 0.1 },
  defaults: { ...BERT_DEFAULTS, vocab_size: 250_048, max_position_embeddings: 8192 },
  build(sizes, config) {
    const { hiddenSize, vocabSize, ffnSize, heads, layers } = sizes
    const gated = gatedMlp(sizes)
    const mlp = {
      ...gated,
      children: { ...gated.children, down_proj: linear(ffnSize, hiddenSize, { bias: true }) },
    }
    const encoder = rotaryEncoder({
      name: 'Gte',
      hiddenSize,
      words: vocabSize,
      segments: config.integer('type_vocab_size', 1),
      layers,
      attention: attention({ ...sizes, kvHeads: heads, qkvBias: true, outputBias: true }),
      mlp,
    })
    const lm_head = container('GteLMHead', {
      ...denseAndNorm(hiddenSize, hiddenSize, 'layer_norm'),
      decoder: outputEmbedding(sizes, 'gte.embeddings.word_embeddings', { bias: true }),
    })
    const classifier = linear(hiddenSize, labelCount(config), { bias: true })
    const bare = container('GteModel', encoder)
    const pooled = container('GteModel', withPooler(encoder, bertPooler(hiddenSize)))
    return {
      model: bare,
      modelOf: (suffix) => (suffix === 'ForSequenceClassification' ? pooled : bare),
      heads: {
        ForMaskedLM: { lm_head },
        ForSequenceClassification: { classifier },
        ForTokenClassification: { classifier },
      },
      dimensions: decoderDimensions({ ...sizes, kvHeads: heads }, { gatedMlp: true }),
    }
  },
  program: (config, dimensions, className) =>
    rotaryEncoderProgram(config, dimensions, className, {
      name: 'Gte',
      prefix: 'gte',
      activation: config.string('hidden_act', 'gelu'),
      isGated: true,
      dropsGated: true,
      segments: config.integer('type_vocab_size', 1),
      hasBuffers: false,
      handsPositions: false,
      contextTokens: 8192,
      maskedHead: 'lmHead',
      classifies: 'pooled',
      pools: false,
    }),
})
