import { gatedMlp } from '../blocks/gated-mlp.js'
import { type LatentDefaults, latentAttention, latentSizes } from '../blocks/latent-attention.js'
import { decoderFamily } from '../shapes/decoder-family.js'

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
  attention: (sizes, config) =>
    latentAttention({
      ...sizes,
      ...latentSizes(config, LATENT),
      bias: config.boolean('attention_bias', false),
      type: 'YoutuAttention',
    }),
  mlp: gatedMlp,
  dimensions: (_, config) => ({ headDim: latentSizes(config, LATENT).queryHeadDim }),
})

const LATENT: LatentDefaults = {
  q_lora_rank: 1536,
  kv_lora_rank: 512,
  qk_rope_head_dim: 64,
  qk_nope_head_dim: 128,
  v_head_dim: 128,
}
