import { deepseekMixture } from '../blocks/deepseek-mixture.js'
import { DEEPSEEK_LATENT, latentBlocks } from '../blocks/latent-attention.js'
import { rmsNorm } from '../blocks/norm.js'
import { groupedDeepseekMixture } from '../forward/deepseek-mixture.js'
import { latentForward } from '../forward/latent-forward.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN_OF_FEED_FORWARD } from '../tensor-plan.js'

/** A.X K1 (SK Telecom 2026, https://huggingface.co/skt): DeepSeek-V3 with a norm of what comes out of each mixture. */
export const axk1 = decoderFamily({
  modelType: 'axk1',
  name: 'AXK1',
  attributeMap: { num_local_experts: 'n_routed_experts' },
  defaults: {
    vocab_size: 163_840,
    hidden_size: 7168,
    intermediate_size: 18_432,
    num_hidden_layers: 61,
    num_attention_heads: 64,
    num_key_value_heads: 64,
    head_dim: false,
    max_position_embeddings: 32_768,
    tie_word_embeddings: false,
  },
  ...latentBlocks('AXK1Attention', DEEPSEEK_LATENT),
  mixture({ hiddenSize }, config) {
    const mixture = deepseekMixture(config, hiddenSize, {
      type: 'AXK1MoE',
      experts: 192,
      expertsPerToken: 8,
      ffnSize: 2048,
      shared: 1,
      denseLayers: 1,
      transformers: 5,
    })
    const { block } = mixture
    return {
      ...mixture,
      block: block && { ...block, children: { ...block.children, post_mlp_layernorm: rmsNorm(hiddenSize) } },
    }
  },
  forward: (config) => ({
    ...latentForward(config),
    feedForward: { activation: config.string('hidden_act', 'silu'), mixture: groupedDeepseekMixture(config) },
  }),
  tensorPlan: PLAN_OF_FEED_FORWARD,
})
