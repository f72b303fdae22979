import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { fairseqLayer } from '../blocks/fairseq-layer.js'
import { layerNorm } from '../blocks/norm.js'
import { container, repeated } from '../module.js'
import { headedFamily } from '../shapes/headed-family.js'
import { outputEmbedding } from '../shapes/headed-model.js'

/** XGLM (Lin et al. 2021, arXiv:2112.10668): sinusoidal positions instead of position embeddings. */
export const xglm = headedFamily({
  modelType: 'xglm',
  name: 'XGLM',
  prefix: 'model',
  fieldNames: {
    hidden_size: 'd_model',
    intermediate_size: 'ffn_dim',
    num_hidden_layers: 'num_layers',
    num_attention_heads: 'attention_heads',
  },
  defaults: {
    vocab_size: 256_008,
    hidden_size: 1024,
    num_hidden_layers: 24,
    num_attention_heads: 16,
    max_position_embeddings: 2048,
    tie_word_embeddings: true,
  },
  build(stated, config) {
    const sizes = {
      ...stated,
      ffnSize: config.integer('ffn_dim', 4096),
      crossAttention: config.boolean('add_cross_attention', false),
    }
    const { vocabSize, hiddenSize, layers } = sizes
    const model = container('XGLMModel', {
      embed_tokens: embedding(vocabSize, hiddenSize),
      layers: repeated(layers, fairseqLayer('XGLMDecoderLayer', sizes)),
      layer_norm: layerNorm(hiddenSize),
    })
    const dimensions = decoderDimensions(sizes, { gatedMlp: false })
    return {
      model,
      heads: { ForCausalLM: { lm_head: outputEmbedding(dimensions, 'model.embed_tokens') } },
      dimensions,
    }
  },
  forward: (config, { hiddenSize, contextTokens }) => ({
    embedding: 'scaled',
    places: 'buffer',
    norm: 'layerNorm',
    masks: { size: 'square' },
    attention: { eagerOnly: true, written: { kind: 'flat' } },
    feedForward: { activation: config.string('activation_function', 'gelu'), inOneExpression: true },
    dropout: {
      embeddings: config.number('dropout', 0),
      attended: config.number('dropout', 0),
      activated: config.number('activation_dropout', 0),
      fed: config.number('dropout', 0),
      place: 'behindBlocks',
      fixed: ['embeddings', 'attention', 'attended', 'activated', 'fed'],
    },
    logits: { prefill: 'allTokens' },
    // The first two rows are for padding.
    bufferElements: ((contextTokens ?? 2048) + 2) * hiddenSize,
    ...(config.boolean('add_cross_attention', false) && {
      undescribed: 'attention to an encoder (`add_cross_attention`)',
    }),
  }),
  dropout: { dropout: 0.1, attention_dropout: 0.1 },
})
