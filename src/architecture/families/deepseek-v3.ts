import { deepseekMixture } from '../blocks/deepseek-mixture.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { DEEPSEEK_LATENT, DEEPSEEK_SIZES, latentAttention, latentSizes } from '../blocks/latent-attention.js'
import type { ConfigReader } from '../config-reader.js'
import { EXPERTS_BY_SIGMOID } from '../expert-plan.js'
import { deepseekV3Mixture } from '../forward/deepseek-mixture.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN_OF_LOCAL_EXPERTS } from '../tensor-plan.js'

/**
 * DeepSeek-V3 and R1 (DeepSeek-AI 2024, arXiv:2412.19437): latent attention; three dense layers, then 256 experts
 * and a shared one.
 */
export const deepseekV3 = decoderFamily({
  modelType: 'deepseek_v3',
  liger: { keeps: ['rotation'], isUnrecorded: true },
  name: 'DeepseekV3',
  copiedWith: ['n_routed_experts', 'num_experts_per_tok', 'moe_intermediate_size', 'n_shared_experts', 'kv_lora_rank'],
  attributeMap: { num_local_experts: 'n_routed_experts' },
  defaults: DEEPSEEK_SIZES,
  attention: (sizes, config) =>
    latentAttention({
      ...sizes,
      ...latentSizes(config, DEEPSEEK_LATENT),
      queryHeadDim: queryHeadDim(config),
      bias: config.boolean('attention_bias', false),
      type: 'DeepseekV3Attention',
    }),
  mlp: gatedMlp,
  mixture: ({ hiddenSize }, config) =>
    deepseekMixture(config, hiddenSize, {
      type: 'DeepseekV3MoE',
      experts: 256,
      expertsPerToken: 8,
      ffnSize: 2048,
      shared: 1,
      denseLayers: 3,
      transformers: 4,
    }),
  dimensions: (_, config) => ({ headDim: queryHeadDim(config) }),
  forward: (config) => ({
    rotation: {
      features: config.integer('qk_rope_head_dim', 64),
      pairs: config.raw('rope_interleave') === false ? 'halves' : 'neighbours',
    },
    norm: 'rmsNorm',
    feedForward: { activation: config.string('hidden_act', 'silu'), mixture: deepseekV3Mixture(config) },
  }),
  tensorPlan: { ...PLAN_OF_LOCAL_EXPERTS, columns: [], rows: [], dividesHeads: false },
  expertPlan: EXPERTS_BY_SIGMOID,
})

/** A saved config states the derived value, which takes precedence. */
function queryHeadDim(config: ConfigReader): number {
  return config.derived('qk_head_dim', latentSizes(config, DEEPSEEK_LATENT).queryHeadDim)
}
