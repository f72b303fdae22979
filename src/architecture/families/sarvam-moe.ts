import type { Family } from '../family.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { newerGlm4Moe } from '../shapes/newer-glm4-moe.js'
import { PLAN } from '../tensor-plan.js'

const classes = decoderFamily({
  // All features of a head are rotated.
  ...newerGlm4Moe(1),
  modelType: 'sarvam_moe',
  attributeMap: {
    num_local_experts: 'n_routed_experts',
    num_experts: 'n_routed_experts',
    num_shared_experts: 'n_shared_experts',
    use_qkv_bias: 'attention_bias',
  },
  defaults: {
    vocab_size: 262_144,
    hidden_size: 4096,
    intermediate_size: 8192,
    num_hidden_layers: 19,
    num_attention_heads: 64,
    num_key_value_heads: 4,
    head_dim: 64,
    max_position_embeddings: 131_072,
    tie_word_embeddings: false,
  },
  tensorPlan: PLAN,
})

/** Sarvam 30B (Sarvam AI 2026, https://www.sarvam.ai): GLM-4.5 with sizes of its own, in GLM's classes. */
export const sarvamMoe: Family = {
  ...classes,
  describe: (config, className, find) => classes.describe(config.withDefaults(SIZES), className, find),
}

const SIZES = { moe_intermediate_size: 1024, num_experts_per_tok: 6, n_routed_experts: 128, use_qk_norm: true }
