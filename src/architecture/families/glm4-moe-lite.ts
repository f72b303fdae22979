import { causalLm } from '../blocks/causal-lm.js'
import { preNormLayer } from '../blocks/decoder-layer.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions, decoderSizes } from '../blocks/decoder-sizes.js'
import { fusedExperts, moeDimensions, router } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { latentAttention } from '../blocks/latent-attention.js'
import { rmsNorm } from '../blocks/norm.js'
import type { Family } from '../family.js'
import { container, listOf, range } from '../module.js'

/**
 * GLM-4.7-Flash (Z.ai 2025, arXiv:2508.06471): latent attention as in DeepSeek-V3, a dense layer, then routed experts
 * beside a shared one.
 */
export const glm4MoeLite: Family = {
  modelTypes: ['glm4_moe_lite'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 154_880,
      hidden_size: 2048,
      intermediate_size: 10_240,
      num_hidden_layers: 47,
      num_attention_heads: 20,
      num_key_value_heads: 20,
      head_dim: false,
      max_position_embeddings: 202_752,
      tie_word_embeddings: false,
    })
    const norm = rmsNorm(sizes.hiddenSize)
    const routing = {
      experts: config.integer(['num_local_experts', 'n_routed_experts'], 64),
      expertsPerToken: config.integer('num_experts_per_tok', 4),
    }
    const { hiddenSize, heads, layers } = sizes
    const ropeHeadDim = config.integer('qk_rope_head_dim', 64)
    const plainHeadDim = config.integer('qk_nope_head_dim', 192)
    const selfAttention = latentAttention({
      hiddenSize,
      heads,
      queryRank: config.isNull('q_lora_rank') ? undefined : config.integer('q_lora_rank', 768),
      kvRank: config.integer('kv_lora_rank', 512),
      ropeHeadDim,
      plainHeadDim,
      valueHeadDim: config.integer('v_head_dim', 256),
      bias: config.boolean('attention_bias', false),
      type: 'Glm4MoeLiteAttention',
    })
    const expertFfnSize = config.integer('moe_intermediate_size', 1536)
    const shared = config.integer('n_shared_experts', 1)
    const denseLayers = 1
    const mixture = container(
      'Glm4MoeLiteMoE',
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
      preNormLayer('Glm4MoeLiteDecoderLayer', {
        norm,
        attention: selfAttention,
        mlp: sparse ? mixture : gatedMlp({ ...sizes }),
      })
    const sparseLayers = range(layers).filter(isSparse).length
    const moe = moeDimensions(routing, { layers: sparseLayers, ffnSize: expertFfnSize, shared })
    return causalLm({
      config,
      className,
      family: 'glm4_moe_lite',
      name: 'Glm4MoeLite',
      model: decoderModel('Glm4MoeLiteModel', { ...sizes, layers: listOf(layers, isSparse, layer), norm }),
      dimensions: decoderDimensions(sizes, { gatedMlp: true, headDim: plainHeadDim + ropeHeadDim, moe }),
    })
  },
}
