import { attention } from '../blocks/attention.js'
import { fusedGatedMlp } from '../blocks/gated-mlp.js'
import { glm4Layer } from '../blocks/glm4-layer.js'
import { partialRotation } from '../forward/rotation.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { NOT_REPLAYED } from '../tensor-plan.js'

/** The language model of GLM-4.1V: GLM-4-0414 whose heads always divide the hidden size. */
export const glm4vText = decoderFamily({
  modelType: 'glm4v_text',
  name: 'Glm4vText',
  defaults: {
    vocab_size: 151_552,
    hidden_size: 4096,
    intermediate_size: 13_696,
    num_hidden_layers: 40,
    num_attention_heads: 32,
    num_key_value_heads: 2,
    head_dim: false,
    max_position_embeddings: 32_768,
    tie_word_embeddings: false,
  },
  attention: (sizes) => attention({ ...sizes, qkvBias: true }),
  mlp: fusedGatedMlp,
  layer: glm4Layer,
  forward: (config, dimensions) => ({
    rotation: { ...partialRotation(config, dimensions, 1), axes: 'inLayers', givesPlaces: true, repeatsTables: true },
    norm: 'rmsNorm',
    feedForward: { activation: config.string('hidden_act', 'silu') },
  }),
  undivided: NOT_REPLAYED,
})
