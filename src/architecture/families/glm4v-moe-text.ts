import { attention } from '../blocks/attention.js'
import { deepseekMixture } from '../blocks/deepseek-mixture.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { deepseekV3Mixture } from '../forward/deepseek-mixture.js'
import { partialRotation } from '../forward/rotation.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { NOT_REPLAYED } from '../tensor-plan.js'

/** The language model of GLM-4.5V: GLM-4.5-Air with biases of queries, keys and values. */
export const glm4vMoeText = decoderFamily({
  modelType: 'glm4v_moe_text',
  name: 'Glm4vMoeText',
  // As transformers 4.57 writes it.
  languageModelOf: ['Glm4vMoe_text'],
  defaults: {
    vocab_size: 151_424,
    hidden_size: 4096,
    intermediate_size: 10_944,
    num_hidden_layers: 46,
    num_attention_heads: 96,
    num_key_value_heads: 8,
    max_position_embeddings: 65_536,
    tie_word_embeddings: false,
  },
  attention: (sizes, config) => attention({ ...sizes, qkvBias: config.boolean('attention_bias', true) }),
  mlp: gatedMlp,
  mixture: ({ hiddenSize }, config) =>
    deepseekMixture(config, hiddenSize, {
      type: 'Glm4vMoeTextMoE',
      experts: 128,
      expertsPerToken: 8,
      ffnSize: 1408,
      shared: 1,
      denseLayers: 1,
      transformers: 4,
    }),
  forward: (config, dimensions) => ({
    rotation: { ...partialRotation(config, dimensions, 0.5), axes: 'inLayers', givesPlaces: true },
    norm: 'rmsNorm',
    feedForward: {
      activation: config.string('hidden_act', 'silu'),
      mixture: { ...deepseekV3Mixture(config), routerBuffer: 'float32' },
    },
  }),
  undivided: NOT_REPLAYED,
})
