import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import { partialRotation } from '../forward/rotation.js'
import { container } from '../module.js'
import { decoderFamily } from '../shapes/decoder-family.js'

/** Persimmon 8B (Adept 2023, https://www.adept.ai/blog/persimmon-8b): queries, keys and values in one projection. */
export const persimmon = decoderFamily({
  modelType: 'persimmon',
  name: 'Persimmon',
  defaults: {
    vocab_size: 262_144,
    hidden_size: 4096,
    intermediate_size: 16_384,
    num_hidden_layers: 36,
    num_attention_heads: 64,
    head_dim: false,
    max_position_embeddings: 16_384,
    tie_word_embeddings: false,
  },
  norm: (size) => layerNorm(size),
  attention({ hiddenSize, headDim }, config) {
    const headNorm = config.boolean('qk_layernorm', true) ? layerNorm(headDim) : undefined
    return container(
      'PersimmonAttention',
      {
        query_key_value: linear(hiddenSize, 3 * hiddenSize, { bias: true }),
        dense: linear(hiddenSize, hiddenSize, { bias: true }),
        q_layernorm: headNorm,
        k_layernorm: headNorm,
      },
      { part: 'attention' },
    )
  },
  plainMlp: (sizes) => plainMlp({ ...sizes, bias: true, names: ['dense_h_to_4h', 'dense_4h_to_h'] }),
  lastNorm: 'final_layernorm',
  forward: (config, dimensions) => ({
    masks: { size: 'forAllSequences', givenBehindPrefixes: true },
    rotation: {
      ...partialRotation(config, dimensions, 0.5),
      keepsRotated: true,
      frequencies: 'modelAndAttention',
    },
    norm: 'layerNorm',
    attention: { headNorms: 'allProjected', keepsProjections: true },
    feedForward: { activation: config.string('hidden_act', 'relu2') },
    dropout: {
      fed: config.number('hidden_dropout', 0),
      place: 'behindBlocks',
      fixed: [],
    },
  }),
})
