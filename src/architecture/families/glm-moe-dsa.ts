import { deepseekIndexer } from '../blocks/deepseek-indexer.js'
import { expertsBlock, fusedExperts, MERGED_GATED_EXPERTS, router, sparseFrom } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { type LatentDefaults, latentAttention, latentSizes } from '../blocks/latent-attention.js'
import type { ConfigReader } from '../config-reader.js'
import { range } from '../module.js'
import { decoderFamily } from '../shapes/decoder-family.js'

/** GLM-5 (Z.ai 2026, arXiv:2602.15763): DeepSeek-V3.2's sparse attention, whose choice of tokens several layers may share. */
export const glmMoeDsa = decoderFamily({
  modelType: 'glm_moe_dsa',
  name: 'GlmMoeDsa',
  attributeMap: { num_local_experts: 'n_routed_experts' },
  defaults: {
    vocab_size: 154_880,
    hidden_size: 6144,
    intermediate_size: 12_288,
    num_hidden_layers: 78,
    num_attention_heads: 64,
    num_key_value_heads: 64,
    head_dim: false,
    max_position_embeddings: 202_752,
    tie_word_embeddings: false,
  },
  attentionKinds: indexerTypes,
  attention(sizes, config, kind) {
    const queryRank = config.integer('q_lora_rank', LATENT.q_lora_rank)
    const { hiddenSize } = sizes
    const indexer = deepseekIndexer('GlmMoeDsaIndexer', config, { hiddenSize, queryRank, heads: 32 })
    return latentAttention({
      ...sizes,
      ...latentSizes(config, LATENT),
      queryRank,
      bias: config.boolean('attention_bias', false),
      also: kind === 'shared' ? {} : { indexer },
      type: 'GlmMoeDsaAttention',
    })
  },
  mlp: gatedMlp,
  mixture({ hiddenSize }, config) {
    const routing = {
      experts: config.integer(['num_experts', 'n_routed_experts'], 256),
      expertsPerToken: config.integer('num_experts_per_tok', 8),
    }
    const ffnSize = config.integer('moe_intermediate_size', 2048)
    const shared = config.integer('n_shared_experts', 1)
    return {
      routing,
      ffnSize,
      shared,
      block: expertsBlock('GlmMoeDsaMoE', {
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
  q_lora_rank: 2048,
  kv_lora_rank: 512,
  qk_rope_head_dim: 64,
  qk_nope_head_dim: 192,
  v_head_dim: 256,
}

const TYPE_OF_LETTER: Readonly<Record<string, string>> = { F: 'full', S: 'shared' }

/** Which layers have an indexer of their own, `full`, and which use the one before, `shared`. */
function indexerTypes(config: ConfigReader, layers: number): readonly string[] {
  const pattern = config.raw('index_topk_pattern')
  const listed =
    config.strings('indexer_types') ??
    (typeof pattern === 'string'
      ? [...pattern].map((letter) => {
          const type = TYPE_OF_LETTER[letter]
          if (type === undefined) throw config.invalid('index_topk_pattern', 'a text of the letters F and S')
          return type
        })
      : config.strings('index_topk_pattern'))
  const period = Math.max(config.integer('index_topk_freq', 1), 1)
  const offset = config.integer('index_skip_topk_offset', 2)
  const byRule = (index: number) => (Math.max(index - offset + 1, 0) % period === 0 ? 'full' : 'shared')
  return range(layers).map((index) => listed?.[index] ?? byRule(index))
}
