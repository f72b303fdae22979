import { gatedMlp } from '../blocks/gated-mlp.js'
import { type LatentDefaults, latentAttention, latentSizes } from '../blocks/latent-attention.js'
import type { ConfigReader } from '../config-reader.js'
import { graniteForward } from '../forward/granite-forward.js'
import { latentForward } from '../forward/latent-forward.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { NOT_REPLAYED } from '../tensor-plan.js'

/** MiniCPM 3 (OpenBMB 2024, https://github.com/OpenBMB/MiniCPM): a dense model with DeepSeek's latent attention. */
export const minicpm3 = decoderFamily({
  modelType: 'minicpm3',
  name: 'MiniCPM3',
  defaults: {
    vocab_size: 73_448,
    hidden_size: 2560,
    intermediate_size: 6400,
    num_hidden_layers: 62,
    num_attention_heads: 40,
    num_key_value_heads: 40,
    head_dim: false,
    max_position_embeddings: 32_768,
    tie_word_embeddings: true,
  },
  attention: (sizes, config) =>
    latentAttention({
      ...sizes,
      ...latentSizes(config, latentDefaults(sizes)),
      bias: config.boolean('attention_bias', false),
      type: 'MiniCPM3Attention',
    }),
  mlp: (sizes, config: ConfigReader) => gatedMlp({ ...sizes, bias: config.boolean('mlp_bias', false) }),
  dimensions: (sizes, config) => ({ headDim: latentSizes(config, latentDefaults(sizes)).queryHeadDim }),
  forward: (config) => {
    const latent = latentForward(config)
    return {
      ...graniteForward(config),
      ...latent,
      embedding: 'scaled',
      // The factor of the embeddings.
      bufferElements: 1,
      rotation: { features: config.integer('qk_rope_head_dim', 32), frequencies: 'modelTwice' },
      logits: { form: 'ofScaledStates' },
    }
  },
  undivided: NOT_REPLAYED,
})

/** By default, a value head has `hidden_size / heads` features. */
function latentDefaults({ headDim }: { readonly headDim: number }): LatentDefaults {
  return { q_lora_rank: 768, kv_lora_rank: 256, qk_rope_head_dim: 32, qk_nope_head_dim: 64, v_head_dim: headDim }
}
