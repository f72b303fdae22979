import { attention, headNorms } from '../blocks/attention.js'
import { deepseekMixture } from '../blocks/deepseek-mixture.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { EXPERTS_BY_SIGMOID } from '../expert-plan.js'
import { deepseekV3Mixture } from '../forward/deepseek-mixture.js'
import { partialRotation } from '../forward/rotation.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN_OF_EXPERTS } from '../tensor-plan.js'

/** GLM-4.5 and GLM-4.6 (Z.ai 2025, arXiv:2508.06471): first dense layers, then routed experts and a shared one. */
export const glm4Moe = decoderFamily({
  modelType: 'glm4_moe',
  name: 'Glm4Moe',
  attributeMap: { num_local_experts: 'n_routed_experts' },
  defaults: {
    vocab_size: 151_552,
    hidden_size: 4096,
    intermediate_size: 10_944,
    num_hidden_layers: 46,
    num_attention_heads: 96,
    num_key_value_heads: 8,
    max_position_embeddings: 131_072,
    tie_word_embeddings: false,
  },
  attention(sizes, config) {
    const also = config.boolean('use_qk_norm', false) ? headNorms(sizes) : {}
    return attention({ ...sizes, qkvBias: config.boolean('attention_bias', false), also })
  },
  mlp: gatedMlp,
  mixture: ({ hiddenSize }, config) =>
    deepseekMixture(config, hiddenSize, {
      type: 'Glm4MoeMoE',
      experts: 128,
      expertsPerToken: 8,
      ffnSize: 1408,
      shared: 1,
      denseLayers: 1,
      transformers: 4,
    }),
  forward: (config, dimensions) => ({
    rotation: partialRotation(config, dimensions, 0.5),
    norm: 'rmsNorm',
    attention: { headNorms: 'allProjected' },
    feedForward: {
      activation: config.string('hidden_act', 'silu'),
      mixture: { ...deepseekV3Mixture(config), routerBuffer: 'float32' },
    },
  }),
  tensorPlan: { ...PLAN_OF_EXPERTS, whole: ['shared_experts'] },
  expertPlan: EXPERTS_BY_SIGMOID,
})
