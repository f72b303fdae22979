import { attention } from '../blocks/attention.js'
import { fusedGatedMlp } from '../blocks/gated-mlp.js'
import { glm4Layer } from '../blocks/glm4-layer.js'
import { partialRotation } from '../forward/rotation.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN_OF_FUSED_GATES } from '../tensor-plan.js'

/** GLM-4-0414 (Z.ai 2025, https://github.com/zai-org/GLM-4): GLM with norms on both sides of each block. */
export const glm4 = decoderFamily({
  modelType: 'glm4',
  liger: { norms: 'beside', keeps: ['rotation'] },
  name: 'Glm4',
  defaults: {
    vocab_size: 151_552,
    hidden_size: 4096,
    intermediate_size: 13_696,
    num_hidden_layers: 40,
    num_attention_heads: 32,
    num_key_value_heads: 2,
    head_dim: 128,
    max_position_embeddings: 131_072,
    tie_word_embeddings: false,
  },
  attention: (sizes, config) => attention({ ...sizes, qkvBias: config.boolean('attention_bias', true) }),
  mlp: fusedGatedMlp,
  layer: glm4Layer,
  forward: (config, dimensions) => ({
    rotation: { ...partialRotation(config, dimensions, 0.5), repeatsTables: true },
    norm: 'rmsNorm',
    feedForward: { activation: config.string('hidden_act', 'silu') },
  }),
  tensorPlan: PLAN_OF_FUSED_GATES,
})
