import { DEEPSEEK_LATENT, latentBlocks } from '../blocks/latent-attention.js'
import { latentForward } from '../forward/latent-forward.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN_OF_FEED_FORWARD } from '../tensor-plan.js'

/** Youtu-LLM (Tencent 2026, arXiv:2512.24618): a small dense model with DeepSeek's latent attention. */
export const youtu = decoderFamily({
  modelType: 'youtu',
  name: 'Youtu',
  defaults: {
    vocab_size: 128_256,
    hidden_size: 2048,
    intermediate_size: 6144,
    num_hidden_layers: 32,
    num_attention_heads: 16,
    head_dim: false,
    max_position_embeddings: 131_072,
    tie_word_embeddings: true,
  },
  ...latentBlocks('YoutuAttention', DEEPSEEK_LATENT),
  forward: (config) => ({
    ...latentForward(config),
    feedForward: { activation: config.string('hidden_act', 'silu') },
  }),
  tensorPlan: PLAN_OF_FEED_FORWARD,
})
