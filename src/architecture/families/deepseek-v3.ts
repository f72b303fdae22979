import { causalLm } from '../blocks/causal-lm.js'
import { preNormLayer } from '../blocks/decoder-layer.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions, decoderSizes } from '../blocks/decoder-sizes.js'
import { experts, moeDimensions, router } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { latentAttention } from '../blocks/latent-attention.js'
import { rmsNorm } from '../blocks/norm.js'
import type { Family } from '../family.js'
import { container, listOf } from '../module.js'

/**
 * DeepSeek-V3 and R1 (DeepSeek-AI 2024, arXiv:2412.19437): latent attention; three dense layers, then 256 experts
 * beside a shared one.
 */
export const deepseekV3: Family = {
  modelTypes: ['deepseek_v3'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 129_280,
      hidden_size: 7168,
      intermediate_size: 18_432,
      num_hidden_layers: 61,
      num_attention_heads: 128,
      num_key_value_heads: 128,
      head_dim: false,
      max_position_embeddings: 4096,
      tie_word_embeddings: false,
    })
    const norm = rmsNorm(sizes.hiddenSize)
    const routing = {
      experts: config.integer('n_routed_experts', 256),
      expertsPerToken: config.integer('num_experts_per_tok', 8),
    }
    const { hiddenSize, heads, layers } = sizes
    const ropeHeadDim = config.integer('qk_rope_head_dim', 64)
    const plainHeadDim = config.integer('qk_nope_head_dim', 128)
    const queryHeadDim = config.integer('qk_head_dim', plainHeadDim + ropeHeadDim)
    const selfAttention = latentAttention({
      hiddenSize,
      heads,
      queryRank: config.isNull('q_lora_rank') ? undefined : config.integer('q_lora_rank', 1536),
      kvRank: config.integer('kv_lora_rank', 512),
      ropeHeadDim,
      plainHeadDim,
      queryHeadDim,
      valueHeadDim: config.integer('v_head_dim', 128),
      bias: config.boolean('attention_bias', false),
      type: 'DeepseekV3Attention',
    })
    const expertFfnSize = config.integer('moe_intermediate_size', 2048)
    const shared = config.integer('n_shared_experts', 1)
    const denseLayers = config.integer('first_k_dense_replace', 3)
    const mixture = container(
      'DeepseekV3MoE',
      {
        gate: router(routing.experts, hiddenSize),
        experts: experts(routing, gatedMlp({ hiddenSize, ffnSize: expertFfnSize })),
        shared_experts: gatedMlp({ hiddenSize, ffnSize: expertFfnSize * shared }),
      },
      { part: 'experts' },
    )
    const isSparse = (index: number) => index >= denseLayers
    const layer = (sparse: boolean) =>
      preNormLayer('DeepseekV3DecoderLayer', {
        norm,
        attention: selfAttention,
        mlp: sparse ? mixture : gatedMlp({ ...sizes }),
      })
    const sparseLayers = Math.max(0, layers - denseLayers)
    const moe = moeDimensions(routing, { layers: sparseLayers, ffnSize: expertFfnSize, shared })
    return causalLm({
      config,
      className,
      family: 'deepseek_v3',
      name: 'DeepseekV3',
      model: decoderModel('DeepseekV3Model', { ...sizes, layers: listOf(layers, isSparse, layer), norm }),
      dimensions: decoderDimensions(sizes, { gatedMlp: true, headDim: queryHeadDim, moe }),
    })
  },
}
