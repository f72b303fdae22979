import { attention } from '../blocks/attention.js'
import { fusedGatedMlp } from '../blocks/gated-mlp.js'
import { glm4Layer } from '../blocks/glm4-layer.js'
import { partialRotation } from '../forward/rotation.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { NOT_REPLAYED } from '../tensor-plan.js'

/** The language model of GLM-OCR: GLM-4's layers without biases. */
export const glmOcrText = decoderFamily({
  modelType: 'glm_ocr_text',
  name: 'GlmOcrText',
  defaults: {
    vocab_size: 59_392,
    hidden_size: 1024,
    intermediate_size: 4096,
    num_hidden_layers: 16,
    num_attention_heads: 16,
    num_key_value_heads: 8,
    max_position_embeddings: 131_072,
    tie_word_embeddings: false,
  },
  attention: (sizes) => attention(sizes),
  mlp: fusedGatedMlp,
  layer: glm4Layer,
  forward: (config, dimensions) => ({
    rotation: {
      ...partialRotation(config, dimensions, 1),
      axes: 'inTable',
      hidesPositions: true,
      frequencies: 'modelTwice',
    },
    norm: 'rmsNorm',
    feedForward: { activation: config.string('hidden_act', 'silu') },
  }),
  undivided: NOT_REPLAYED,
})
