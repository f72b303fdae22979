import { MERGED_GATED_EXPERTS } from '../blocks/experts.js'
import type { Family } from '../family.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { newerDeepseekV3 } from '../shapes/newer-deepseek-v3.js'
import { PLAN_OF_FEED_FORWARD } from '../tensor-plan.js'

const classes = decoderFamily({
  ...newerDeepseekV3,
  modelType: 'sarvam_mla',
  attributeMap: {
    num_local_experts: 'n_routed_experts',
    num_experts: 'n_routed_experts',
    num_shared_experts: 'n_shared_experts',
  },
  mergedLayers: MERGED_GATED_EXPERTS,
  tensorPlan: PLAN_OF_FEED_FORWARD,
})

/** Sarvam 105B (Sarvam AI 2026, https://www.sarvam.ai): DeepSeek-V3 with sizes of its own, in DeepSeek-V3's classes. */
export const sarvamMla: Family = {
  ...classes,
  describe: (config, className, find) => classes.describe(config.withDefaults(SIZES), className, find),
}

const SIZES = {
  vocab_size: 262_144,
  hidden_size: 4096,
  intermediate_size: 16_384,
  moe_intermediate_size: 2048,
  num_hidden_layers: 32,
  num_attention_heads: 64,
  n_routed_experts: 128,
  q_lora_rank: null,
  first_k_dense_replace: 1,
}
