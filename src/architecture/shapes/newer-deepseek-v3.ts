import { deepseekMixture } from '../blocks/deepseek-mixture.js'
import { DEEPSEEK_LATENT, DEEPSEEK_SIZES, latentBlocks } from '../blocks/latent-attention.js'
import { groupedDeepseekMixture } from '../forward/deepseek-mixture.js'
import { latentForward } from '../forward/latent-forward.js'
import type { DecoderFamilyOptions } from './decoder-family.js'

/** DeepSeek-V3's classes as transformers 5 has them, with all experts in grouped products. */
export const newerDeepseekV3 = {
  name: 'DeepseekV3',
  attributeMap: { num_local_experts: 'n_routed_experts' },
  defaults: DEEPSEEK_SIZES,
  ...latentBlocks('DeepseekV3Attention', DEEPSEEK_LATENT),
  mixture({ hiddenSize }, config) {
    const { isSparse: _, ...mixture } = deepseekMixture(config, hiddenSize, {
      type: 'DeepseekV3MoE',
      experts: 256,
      expertsPerToken: 8,
      ffnSize: 2048,
      shared: 1,
      denseLayers: 3,
      transformers: 5,
    })
    const denseLayers = config.integer('first_k_dense_replace', 3)
    return { ...mixture, isSparse: (index) => index >= denseLayers }
  },
  forward: (config) => ({
    ...latentForward(config),
    feedForward: { activation: config.string('hidden_act', 'silu'), mixture: groupedDeepseekMixture(config) },
  }),
} satisfies Partial<DecoderFamilyOptions>
