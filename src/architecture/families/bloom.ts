import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import { container, repeated } from '../module.js'
import { headedFamily } from '../shapes/headed-family.js'
import { outputEmbedding, taskHeads } from '../shapes/headed-model.js'

/** BLOOM (BigScience 2022, arXiv:2211.05100): ALiBi instead of position embeddings; a norm after the embedding. */
export const bloom = headedFamily({
  modelType: 'bloom',
  unreplayed: ['selective recomputation'],
  name: 'Bloom',
  prefix: 'transformer',
  fieldNames: {
    hidden_size: 'n_embed',
    num_hidden_layers: 'n_layer',
    num_attention_heads: 'n_head',
    max_position_embeddings: 'seq_length',
  },
  defaults: {
    vocab_size: 250_880,
    hidden_size: 64,
    num_hidden_layers: 2,
    num_attention_heads: 8,
    tie_word_embeddings: true,
  },
  build(stated, config) {
    // `n_embed` takes precedence over `hidden_size`.
    const hiddenSize = config.positive(config.has('n_embed') ? 'n_embed' : 'hidden_size', 64)
    const { vocabSize, layers, heads } = stated
    const sizes = { ...stated, hiddenSize, ffnSize: 4 * hiddenSize, headDim: Math.floor(hiddenSize / heads) }
    const norm = layerNorm(hiddenSize)
    const layer = container('BloomBlock', {
      input_layernorm: norm,
      self_attention: container(
        'BloomAttention',
        {
          query_key_value: linear(hiddenSize, 3 * hiddenSize, { bias: true }),
          dense: linear(hiddenSize, hiddenSize, { bias: true }),
        },
        { part: 'attention' },
      ),
      post_attention_layernorm: norm,
      mlp: plainMlp({ ...sizes, bias: true, names: ['dense_h_to_4h', 'dense_4h_to_h'] }),
    })
    const model = container('BloomModel', {
      word_embeddings: embedding(vocabSize, hiddenSize),
      word_embeddings_layernorm: norm,
      h: repeated(layers, layer),
      ln_f: norm,
    })
    const dimensions = decoderDimensions(sizes, { gatedMlp: false })
    return {
      model,
      heads: {
        ForCausalLM: { lm_head: outputEmbedding(dimensions, 'transformer.word_embeddings') },
        ...taskHeads(hiddenSize, labelCount(config)),
      },
      dimensions,
    }
  },
  forward: (config) => ({
    alibi: { maskDtype: 'float32' },
    norm: 'layerNorm',
    attention: { eagerOnly: true, keepsProjections: true, returnsWeights: true },
    feedForward: { activation: config.string('hidden_act', 'bloom_gelu') },
    residual: { order: 'sequential', keepsNormalised: 'untilNext', keepsSecond: true, addedIn: 'blocks' },
    dropout: {
      attended: config.number('hidden_dropout', 0),
      fed: config.number('hidden_dropout', 0),
      place: 'inSum',
      fixed: ['attended', 'fed'],
    },
    logits: { prefill: 'allTokens', labelled: 'model' },
  }),
  loraTargets: ['query_key_value'],
})
