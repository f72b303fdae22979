import type { Family } from '../family.js'
import { glm4Moe } from './glm4-moe.js'

/** Sarvam 30B (Sarvam AI 2026, https://www.sarvam.ai): GLM-4.5 with sizes of its own, in GLM's classes. */
export const sarvamMoe: Family = {
  ...glm4Moe,
  modelTypes: ['sarvam_moe'],
  attributeMap: {
    num_experts: 'n_routed_experts',
    num_shared_experts: 'n_shared_experts',
    use_qkv_bias: 'attention_bias',
  },
  describe: (config, className, find) => glm4Moe.describe(config.withDefaults(SIZES), className, find),
}

const SIZES = {
  vocab_size: 262_144,
  hidden_size: 4096,
  intermediate_size: 8192,
  moe_intermediate_size: 1024,
  num_hidden_layers: 19,
  num_attention_heads: 64,
  num_key_value_heads: 4,
  head_dim: 64,
  num_experts_per_tok: 6,
  n_routed_experts: 128,
  use_qk_norm: true,
}
