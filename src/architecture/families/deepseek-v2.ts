import { llamaAttention } from '../blocks/attention.js'
import { experts, expertsBlock, router } from '../blocks/experts.js'
import { gatedMlp, llamaMlp } from '../blocks/gated-mlp.js'
import { DEEPSEEK_LATENT, latentAttention, latentSizes } from '../blocks/latent-attention.js'
import type { ConfigReader } from '../config-reader.js'
import type { Module } from '../module.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN_OF_EXPERTS } from '../tensor-plan.js'

/**
 * DeepSeek-V2 (DeepSeek-AI 2024, arXiv:2405.04434): latent attention; first dense layers, then routed experts with
 * shared ones.
 */
export const deepseekV2 = decoderFamily({
  modelType: 'deepseek_v2',
  liger: { keeps: ['rotation'], isUnrecorded: true },
  name: 'DeepseekV2',
  otherDefaults: { vocab_size: { here: 32_000, in5: 102_400 } },
  attributeMap: { num_experts: 'n_routed_experts' },
  defaults: {
    vocab_size: 32_000,
    hidden_size: 4096,
    intermediate_size: 11_008,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    head_dim: false,
    max_position_embeddings: 2048,
    tie_word_embeddings: false,
  },
  attention: (sizes, config) =>
    isLatent(config)
      ? latentAttention({
          ...sizes,
          ...latentSizes(config, DEEPSEEK_LATENT),
          bias: config.boolean('attention_bias', false),
          type: 'DeepseekV2Attention',
        })
      : llamaAttention(sizes, config),
  mlp: llamaMlp,
  mixture({ hiddenSize }, config) {
    const routing = {
      experts: config.integer('n_routed_experts', 64),
      expertsPerToken: config.optionalInteger('num_experts_per_tok'),
    }
    const bias = config.boolean('mlp_bias', false)
    const ffnSize = config.integer('moe_intermediate_size', 1407)
    const shared = config.isNull('n_shared_experts') ? undefined : config.integer('n_shared_experts', 2)
    const denseLayers = config.integer('first_k_dense_replace', 0)
    return {
      routing,
      ffnSize,
      shared: shared ?? 0,
      block: expertsBlock('DeepseekV2MoE', {
        experts: experts(routing, gatedMlp({ hiddenSize, ffnSize, bias })),
        gate: correctsScores(config)
          ? correctedRouter(routing.experts, hiddenSize)
          : router(routing.experts, hiddenSize),
        shared_experts: shared === undefined ? undefined : gatedMlp({ hiddenSize, ffnSize: ffnSize * shared, bias }),
      }),
      isSparse: (index) => index >= denseLayers,
    }
  },
  dimensions: (_, config) => (isLatent(config) ? { headDim: latentSizes(config, DEEPSEEK_LATENT).queryHeadDim } : {}),
  forward: (config) => ({
    rotation: isLatent(config)
      ? { features: config.integer('qk_rope_head_dim', 64), pairs: 'complex' }
      : { features: 'all' },
    norm: 'rmsNorm',
    feedForward: {
      activation: config.string('hidden_act', 'silu'),
      mixture: {
        router: 'scaledSoftmax',
        normalised: false,
        grouped: config.raw('topk_method') === 'group_limited_greedy',
        dispatch: 'sorted',
        returnsLogits: false,
      },
    },
  }),
  tensorPlan: {
    ...PLAN_OF_EXPERTS,
    columns: ['q_proj', 'kv_b_proj', 'gate_proj', 'up_proj'],
    whole: ['experts', 'shared_experts'],
    stops: {
      q_a_proj:
        'transformers 4.57.6 divides it and stops at the norm behind it, and the experts of 5.24.0 are not estimated',
    },
  },
})

/** Whether the router adds to the scores of experts, as in the largest DeepSeek-VL2. transformers has no such class. */
function correctsScores(config: ConfigReader): boolean {
  return config.raw('topk_method') === 'noaux_tc'
}

function correctedRouter(experts: number, hiddenSize: number): Module {
  const gate = router(experts, hiddenSize)
  return { ...gate, parameters: { ...gate.parameters, e_score_correction_bias: [experts] } }
}

/**
 * DeepSeek-VL2 Tiny and DeepSeek-OCR turn latent attention off: then their own code uses Llama's attention. transformers
 * does not support this.
 */
function isLatent(config: ConfigReader): boolean {
  return config.boolean('use_mla', true)
}
