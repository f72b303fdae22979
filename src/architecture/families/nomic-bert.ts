import { attention } from '../blocks/attention.js'
import { bertPooler, denseAndNorm, maskedLmHead } from '../blocks/bert.js'
import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import { isGated, nomicEncoder, nomicMixture } from '../blocks/nomic-encoder.js'
import { GPT_FIELD_NAMES } from '../blocks/renamed-sizes.js'
import { rotaryEncoder, withPooler } from '../blocks/rotary-encoder.js'
import { container } from '../module.js'
import { rotaryEncoderProgram } from '../program/rotary-encoder.js'
import { headedFamily } from '../shapes/headed-family.js'

/**
 * Nomic BERT (Nussbaum et al. 2024, arXiv:2402.01613; 2025, arXiv:2502.07972), an encoder for embeddings: BERT with rotary positions and
 * gates, or in every other layer with experts.
 */
export const nomicBert = headedFamily({
  modelType: 'nomic_bert',
  encodes: true,
  name: 'NomicBert',
  prefix: 'nomic_bert',
  // The authors' own configs have GPT-2's names.
  fieldNames: GPT_FIELD_NAMES,
  defaults: {
    vocab_size: 30_528,
    hidden_size: 768,
    intermediate_size: 3072,
    num_hidden_layers: 12,
    num_attention_heads: 12,
    max_position_embeddings: 2048,
    tie_word_embeddings: true,
  },
  build(stated, config) {
    const sizes = { ...stated, headDim: config.derived('head_dim', stated.headDim) }
    const { hiddenSize, vocabSize, heads, layers } = sizes
    const mixture = nomicMixture(config, sizes)
    // Only the class of the authors has experts.
    const isOwn = config.has('auto_map') || mixture !== undefined
    const encoder = isOwn
      ? nomicEncoder(config, sizes, mixture)
      : rotaryEncoder({
          name: 'NomicBert',
          hiddenSize,
          words: vocabSize,
          segments: config.integer('type_vocab_size', 2),
          layers,
          attention: attention({ ...sizes, kvHeads: heads }),
          mlp: gatedMlp(sizes),
        })
    const input = sizes.tiedEmbeddings ? 'nomic_bert.embeddings.word_embeddings' : undefined
    const transform = container('NomicBertPredictionHeadTransform', denseAndNorm(hiddenSize, hiddenSize, 'layer_norm'))
    const predictions = maskedLmHead('cls.predictions', { transform }, { features: hiddenSize, vocabSize }, input, {
      tiesBias: sizes.tiedEmbeddings,
    })
    const classifier = linear(hiddenSize, labelCount(config), { bias: true })
    const bare = container('NomicBertModel', encoder)
    const pooled = container('NomicBertModel', withPooler(encoder, bertPooler(hiddenSize)))
    return {
      model: bare,
      modelOf: (suffix) => (suffix === 'ForSequenceClassification' ? pooled : bare),
      heads: {
        ForMaskedLM: { cls: container('NomicBertOnlyMLMHead', { predictions }) },
        ForSequenceClassification: { classifier },
        ForTokenClassification: { classifier },
      },
      dimensions: decoderDimensions({ ...sizes, kvHeads: heads }, { gatedMlp: isGated(config), moe: mixture?.moe }),
    }
  },
  program: (config, dimensions, className) =>
    // The class of the authors is not part of transformers.
    config.has('auto_map') || dimensions.moe
      ? undefined
      : rotaryEncoderProgram(config, dimensions, className, {
          name: 'NomicBert',
          prefix: 'nomic_bert',
          activation: config.string('hidden_act', 'silu'),
          isGated: true,
          dropsGated: false,
          segments: config.integer('type_vocab_size', 2),
          hasBuffers: true,
          handsPositions: true,
          contextTokens: 2048,
          maskedHead: 'predictions',
          classifies: 'pooled',
          pools: false,
        }),
})
