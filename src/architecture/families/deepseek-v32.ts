import { causalLm } from '../blocks/causal-lm.js'
import { preNormLayer } from '../blocks/decoder-layer.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions, decoderSizes } from '../blocks/decoder-sizes.js'
import { fusedExperts, moeDimensions, router } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { latentAttention } from '../blocks/latent-attention.js'
import { linear } from '../blocks/linear.js'
import { layerNorm, rmsNorm } from '../blocks/norm.js'
import type { ConfigReader } from '../config-reader.js'
import type { Family } from '../family.js'
import { container, listOf, type Module, range } from '../module.js'

/**
 * DeepSeek-V3.2 (DeepSeek-AI 2025, arXiv:2512.02556): DeepSeek-V3 with an indexer that chooses which tokens attention
 * looks at.
 */
export const deepseekV32: Family = {
  modelTypes: ['deepseek_v32'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 129_280,
      hidden_size: 7168,
      intermediate_size: 18_432,
      num_hidden_layers: 61,
      num_attention_heads: 128,
      num_key_value_heads: 128,
      head_dim: false,
      max_position_embeddings: 163_840,
      tie_word_embeddings: false,
    })
    const norm = rmsNorm(sizes.hiddenSize)
    const routing = {
      experts: config.integer(['num_experts', 'num_local_experts', 'n_routed_experts'], 256),
      expertsPerToken: config.integer('num_experts_per_tok', 8),
    }
    const queryRank = config.integer('q_lora_rank', 1536)
    const { hiddenSize, heads, layers } = sizes
    const ropeHeadDim = config.integer('qk_rope_head_dim', 64)
    const plainHeadDim = config.integer('qk_nope_head_dim', 128)
    const selfAttention = latentAttention({
      hiddenSize,
      heads,
      queryRank,
      kvRank: config.integer('kv_lora_rank', 512),
      ropeHeadDim,
      plainHeadDim,
      valueHeadDim: config.integer('v_head_dim', 128),
      bias: config.boolean('attention_bias', false),
      also: { indexer: indexer(config, sizes.hiddenSize, queryRank) },
      type: 'DeepseekV32Attention',
    })
    const expertFfnSize = config.integer('moe_intermediate_size', 2048)
    const shared = config.integer('n_shared_experts', 1)
    const denseLayers = config.integer('first_k_dense_replace', 3)
    const mixture = container(
      'DeepseekV32MoE',
      {
        gate: router(routing.experts, hiddenSize),
        experts: fusedExperts({ hiddenSize, ffnSize: expertFfnSize, ...routing }),
        shared_experts: gatedMlp({ hiddenSize, ffnSize: expertFfnSize * shared }),
      },
      { part: 'experts' },
    )
    const given = config.strings('mlp_layer_types')
    const isSparse = (index: number) => (given ? given[index] === 'sparse' : index >= denseLayers)
    const layer = (sparse: boolean) =>
      preNormLayer('DeepseekV32DecoderLayer', {
        norm,
        attention: selfAttention,
        mlp: sparse ? mixture : gatedMlp({ ...sizes }),
      })
    const sparseLayers = range(layers).filter(isSparse).length
    const moe = moeDimensions(routing, { layers: sparseLayers, ffnSize: expertFfnSize, shared })
    return causalLm({
      config,
      className,
      family: 'deepseek_v32',
      name: 'DeepseekV32',
      model: decoderModel('DeepseekV32Model', { ...sizes, layers: listOf(layers, isSparse, layer), norm }),
      dimensions: decoderDimensions(sizes, { gatedMlp: true, headDim: plainHeadDim + ropeHeadDim, moe }),
    })
  },
}

/** Scores all tokens by a few narrow heads; attention then looks at those that score highest. */
function indexer(config: ConfigReader, hiddenSize: number, queryRank: number): Module {
  const heads = config.integer('index_n_heads', 64)
  const headDim = config.integer('index_head_dim', 128)
  return container('DeepseekV32Indexer', {
    wq_b: linear(queryRank, heads * headDim),
    wk: linear(hiddenSize, headDim),
    k_norm: layerNorm(headDim),
    weights_proj: linear(hiddenSize, heads),
  })
}
