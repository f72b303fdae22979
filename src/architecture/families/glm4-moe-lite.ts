import { fusedMixture, MERGED_GATED_EXPERTS, sparseFrom } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { latentBlocks } from '../blocks/latent-attention.js'
import { groupedDeepseekMixture } from '../forward/deepseek-mixture.js'
import { latentForward } from '../forward/latent-forward.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { NOT_REPLAYED } from '../tensor-plan.js'

/**
 * GLM-4.7-Flash (Z.ai 2025, arXiv:2508.06471): latent attention as in DeepSeek-V3, a dense layer, then routed experts
 * and a shared one.
 */
export const glm4MoeLite = decoderFamily({
  modelType: 'glm4_moe_lite',
  name: 'Glm4MoeLite',
  attributeMap: { num_local_experts: 'n_routed_experts', head_dim: 'qk_rope_head_dim' },
  defaults: {
    vocab_size: 154_880,
    hidden_size: 2048,
    intermediate_size: 10_240,
    num_hidden_layers: 47,
    num_attention_heads: 20,
    num_key_value_heads: 20,
    head_dim: false,
    max_position_embeddings: 202_752,
    tie_word_embeddings: false,
  },
  ...latentBlocks('Glm4MoeLiteAttention', {
    q_lora_rank: 768,
    kv_lora_rank: 512,
    qk_rope_head_dim: 64,
    qk_nope_head_dim: 192,
    v_head_dim: 256,
  }),
  mixture({ hiddenSize }, config) {
    const routing = {
      experts: config.integer(['num_local_experts', 'n_routed_experts'], 64),
      expertsPerToken: config.integer('num_experts_per_tok', 4),
    }
    const ffnSize = config.integer('moe_intermediate_size', 1536)
    const shared = config.integer('n_shared_experts', 1)
    return {
      routing,
      ffnSize,
      shared,
      block: fusedMixture(
        'Glm4MoeLiteMoE',
        { hiddenSize, ffnSize, ...routing },
        {
          shared_experts: gatedMlp({ hiddenSize, ffnSize: ffnSize * shared }),
        },
        { routerLast: true },
      ),
      isSparse: sparseFrom(config, 1),
    }
  },
  forward: (config) => ({
    ...latentForward(config),
    feedForward: { activation: config.string('hidden_act', 'silu'), mixture: groupedDeepseekMixture(config) },
  }),
  mergedLayers: MERGED_GATED_EXPERTS,
  undivided: NOT_REPLAYED,
})
