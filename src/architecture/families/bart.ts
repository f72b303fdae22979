import { classificationHead } from '../blocks/bert.js'
import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { fairseqLayer } from '../blocks/fairseq-layer.js'
import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { container, repeated, tied } from '../module.js'
import { headedFamily } from '../shapes/headed-family.js'
import { outputEmbedding } from '../shapes/headed-model.js'

/** BART (Lewis et al. 2019, arXiv:1910.13461): an encoder and a decoder trained to restore corrupted text. */
export const bart = headedFamily({
  modelType: 'bart',
  name: 'Bart',
  prefix: 'model',
  fieldNames: {
    hidden_size: 'd_model',
    num_hidden_layers: 'encoder_layers',
    num_attention_heads: 'encoder_attention_heads',
    intermediate_size: 'encoder_ffn_dim',
  },
  defaults: {
    vocab_size: 50_265,
    hidden_size: 1024,
    intermediate_size: 4096,
    num_hidden_layers: 12,
    num_attention_heads: 16,
    max_position_embeddings: 1024,
    tie_word_embeddings: true,
  },
  build(stated, config) {
    // Saved configs also have `num_hidden_layers`. transformers ignores it.
    const sizes = {
      ...stated,
      layers: config.integer('encoder_layers', 12),
      ffnSize: config.integer('encoder_ffn_dim', 4096),
    }
    const { vocabSize, hiddenSize } = sizes
    const decoderSizes = {
      hiddenSize,
      heads: config.positive('decoder_attention_heads', 16),
      ffnSize: config.integer('decoder_ffn_dim', 4096),
      crossAttention: true,
    }
    const words = embedding(vocabSize, hiddenSize)
    const norm = layerNorm(hiddenSize)
    // The first two rows are for padding.
    const embed_positions = embedding(config.integer('max_position_embeddings', 1024) + 2, hiddenSize)
    const encoder = {
      embed_positions,
      layers: repeated(sizes.layers, fairseqLayer('BartEncoderLayer', sizes)),
      layernorm_embedding: norm,
    }
    const decoder = {
      embed_positions,
      layers: repeated(config.integer('decoder_layers', 12), fairseqLayer('BartDecoderLayer', decoderSizes)),
      layernorm_embedding: norm,
    }
    const modelAt = (prefix: string) => {
      const embed_tokens = tied(words, { weight: `${prefix}shared.weight` })
      return container('BartModel', {
        shared: words,
        encoder: container('BartEncoder', { embed_tokens, ...encoder }),
        decoder: container('BartDecoder', { embed_tokens, ...decoder }),
      })
    }
    const dimensions = decoderDimensions(sizes, { gatedMlp: false })
    // By default BART has three classes: contradiction, neutral and entailment.
    const labels = config.has('id2label') || config.has('num_labels') ? labelCount(config) : 3
    const decoderAlone = container('BartDecoder', { embed_tokens: words, ...decoder })
    return {
      model: modelAt(''),
      modelOf: (suffix) =>
        suffix === 'ForCausalLM' ? container('BartDecoderWrapper', { decoder: decoderAlone }) : modelAt('model.'),
      heads: {
        ForCausalLM: { lm_head: outputEmbedding(dimensions, 'model.decoder.embed_tokens') },
        ForConditionalGeneration: { lm_head: outputEmbedding(dimensions, 'model.shared') },
        ForSequenceClassification: { classification_head: classificationHead(hiddenSize, labels) },
        ForQuestionAnswering: { qa_outputs: linear(hiddenSize, 2, { bias: true }) },
      },
      dimensions,
    }
  },
  loraTargets: ['q_proj', 'v_proj'],
})
