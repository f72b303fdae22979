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
 * DeepSeek-V2 (DeepSeek-AI 2024, arXiv:2405.04434): latent attention; first dense layers, then routed experts beside
 * shared ones.
 */
export const deepseekV2: Family = {
  modelTypes: ['deepseek_v2'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 32_000,
      hidden_size: 4096,
      intermediate_size: 11_008,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      head_dim: false,
      max_position_embeddings: 2048,
      tie_word_embeddings: false,
    })
    const norm = rmsNorm(sizes.hiddenSize)
    const routing = {
      experts: config.integer('n_routed_experts', 64),
      expertsPerToken: config.optionalInteger('num_experts_per_tok'),
    }
    const { hiddenSize, heads, layers } = sizes
    const ropeHeadDim = config.integer('qk_rope_head_dim', 64)
    const plainHeadDim = config.integer('qk_nope_head_dim', 128)
    const selfAttention = latentAttention({
      hiddenSize,
      heads,
      queryRank: config.isNull('q_lora_rank') ? undefined : config.integer('q_lora_rank', 1536),
      kvRank: config.integer('kv_lora_rank', 512),
      ropeHeadDim,
      plainHeadDim,
      valueHeadDim: config.integer('v_head_dim', 128),
      bias: config.boolean('attention_bias', false),
      type: 'DeepseekV2Attention',
    })
    const bias = config.boolean('mlp_bias', false)
    const expertFfnSize = config.integer('moe_intermediate_size', 1407)
    const shared = config.isNull('n_shared_experts') ? undefined : config.integer('n_shared_experts', 2)
    const denseLayers = config.integer('first_k_dense_replace', 0)
    const mixture = container(
      'DeepseekV2MoE',
      {
        gate: router(routing.experts, hiddenSize),
        experts: experts(routing, gatedMlp({ hiddenSize, ffnSize: expertFfnSize, bias })),
        shared_experts:
          shared === undefined ? undefined : gatedMlp({ hiddenSize, ffnSize: expertFfnSize * shared, bias }),
      },
      { part: 'experts' },
    )
    const isSparse = (index: number) => index >= denseLayers
    const layer = (sparse: boolean) =>
      preNormLayer('DeepseekV2DecoderLayer', {
        norm,
        attention: selfAttention,
        mlp: sparse ? mixture : gatedMlp({ ...sizes, bias }),
      })
    const sparseLayers = Math.max(0, layers - denseLayers)
    const moe = moeDimensions(routing, { layers: sparseLayers, ffnSize: expertFfnSize, shared: shared ?? 0 })
    return causalLm({
      config,
      className,
      family: 'deepseek_v2',
      name: 'DeepseekV2',
      model: decoderModel('DeepseekV2Model', { ...sizes, layers: listOf(layers, isSparse, layer), norm }),
      dimensions: decoderDimensions(sizes, { gatedMlp: true, headDim: plainHeadDim + ropeHeadDim, moe }),
    })
  },
}
