import { deepseekIndexer } from '../blocks/deepseek-indexer.js'
import { expertsBlock, fusedExperts, MERGED_GATED_EXPERTS, router, sparseFrom } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { type LatentDefaults, latentAttention, latentSizes } from '../blocks/latent-attention.js'
import { decoderFamily } from '../shapes/decoder-family.js'

/**
 * DeepSeek-V3.2 (DeepSeek-AI 2025, arXiv:2512.02556): DeepSeek-V3 with an indexer that chooses which tokens attention
 * looks at.
 */
export const deepseekV32 = decoderFamily({
  modelType: 'deepseek_v32',
  name: 'DeepseekV32',
  defaults: {
    vocab_size: 129_280,
    hidden_size: 7168,
    intermediate_size: 18_432,
    num_hidden_layers: 61,
    num_attention_heads: 128,
    num_key_value_heads: 128,
    head_dim: false,
    max_position_embeddings: 163_840,
    tie_word_embeddings: false,
  },
  attention(sizes, config) {
    const queryRank = config.integer('q_lora_rank', LATENT.q_lora_rank)
    return latentAttention({
      ...sizes,
      ...latentSizes(config, LATENT),
      queryRank,
      bias: config.boolean('attention_bias', false),
      also: {
        indexer: deepseekIndexer('DeepseekV32Indexer', config, { hiddenSize: sizes.hiddenSize, queryRank, heads: 64 }),
      },
      type: 'DeepseekV32Attention',
    })
  },
  mlp: gatedMlp,
  mixture({ hiddenSize }, config) {
    const routing = {
      experts: config.integer(['num_experts', 'num_local_experts', 'n_routed_experts'], 256),
      expertsPerToken: config.integer('num_experts_per_tok', 8),
    }
    const ffnSize = config.integer('moe_intermediate_size', 2048)
    const shared = config.integer('n_shared_experts', 1)
    return {
      routing,
      ffnSize,
      shared,
      block: expertsBlock('DeepseekV32MoE', {
        gate: router(routing.experts, hiddenSize),
        experts: fusedExperts({ hiddenSize, ffnSize, ...routing }),
        shared_experts: gatedMlp({ hiddenSize, ffnSize: ffnSize * shared }),
      }),
      isSparse: sparseFrom(config, config.integer('first_k_dense_replace', 3)),
    }
  },
  dimensions: (_, config) => ({ headDim: latentSizes(config, LATENT).queryHeadDim }),
  mergedLayers: MERGED_GATED_EXPERTS,
})

const LATENT: LatentDefaults = {
  q_lora_rank: 1536,
  kv_lora_rank: 512,
  qk_rope_head_dim: 64,
  qk_nope_head_dim: 128,
  v_head_dim: 128,
}
