import { attention } from '../blocks/attention.js'
import { deepseekMixture } from '../blocks/deepseek-mixture.js'
import { MERGED_GATED_EXPERTS } from '../blocks/experts.js'
import { groupedDeepseekMixture } from '../forward/deepseek-mixture.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN } from '../tensor-plan.js'

/** Solar Open (Upstage 2026, arXiv:2601.07022): GLM-4.5 with experts in every layer. */
export const solarOpen = decoderFamily({
  modelType: 'solar_open',
  name: 'SolarOpen',
  attributeMap: { num_local_experts: 'n_routed_experts' },
  defaults: {
    vocab_size: 196_608,
    hidden_size: 4096,
    num_hidden_layers: 48,
    num_attention_heads: 64,
    num_key_value_heads: 8,
    head_dim: 128,
    max_position_embeddings: 131_072,
    tie_word_embeddings: false,
  },
  attention: (sizes, config) => attention({ ...sizes, qkvBias: config.boolean('attention_bias', false) }),
  mixture: ({ hiddenSize }, config) => ({
    ...deepseekMixture(config, hiddenSize, {
      type: 'SolarOpenMoE',
      experts: 128,
      expertsPerToken: 8,
      ffnSize: 1280,
      shared: 1,
      denseLayers: 0,
      transformers: 5,
    }),
    isSparse: () => true,
  }),
  mergedLayers: MERGED_GATED_EXPERTS,
  forward: (config) => ({
    rotation: { features: 'all', frequencies: 'modelTwice' },
    norm: 'rmsNorm',
    feedForward: { activation: config.string('hidden_act', 'silu'), mixture: groupedDeepseekMixture(config) },
  }),
  tensorPlan: { ...PLAN, columns: ['q_proj', 'k_proj', 'v_proj'], rows: ['o_proj'] },
})
