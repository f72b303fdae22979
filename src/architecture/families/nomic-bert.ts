import { attention } from '../blocks/attention.js'
import { bertPooler, denseAndNorm, maskedLmHead } from '../blocks/bert.js'
import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import { GPT_FIELD_NAMES } from '../blocks/renamed-sizes.js'
import { rotaryEncoder } from '../blocks/rotary-encoder.js'
import { CheckpointError } from '../checkpoint-error.js'
import type { ConfigReader } from '../config-reader.js'
import { container } from '../module.js'
import { headedFamily } from '../shapes/headed-family.js'

/** Nomic BERT (Nussbaum et al. 2024, arXiv:2402.01613), an encoder for embeddings: BERT with rotary positions and gates. */
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
    if (config.integer('num_experts', 0) > 0) throw mixture(config)
    const sizes = { ...stated, headDim: config.integer('head_dim', stated.headDim) }
    const { hiddenSize, vocabSize, heads, layers } = sizes
    const encoder = rotaryEncoder({
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
    const pooled = container('NomicBertModel', { ...encoder, pooler: bertPooler(hiddenSize) })
    return {
      model: bare,
      modelOf: (suffix) => (suffix === 'ForSequenceClassification' ? pooled : bare),
      heads: {
        ForMaskedLM: { cls: container('NomicBertOnlyMLMHead', { predictions }) },
        ForSequenceClassification: { classifier },
        ForTokenClassification: { classifier },
      },
      dimensions: decoderDimensions({ ...sizes, kvHeads: heads }, { gatedMlp: true }),
    }
  },
})

/** Nomic Embed 2, whose experts transformers does not have. */
function mixture(config: ConfigReader): CheckpointError {
  return new CheckpointError('unsupported_architecture', 'Nomic BERT with experts is not described', {
    place: [...config.place, 'num_experts'],
    help: 'Totals and linear layers can be derived from the safetensors headers',
  })
}
