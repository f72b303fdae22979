import { attention } from '../blocks/attention.js'
import { causalLm } from '../blocks/causal-lm.js'
import { preNormLayer } from '../blocks/decoder-layer.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions, decoderSizes } from '../blocks/decoder-sizes.js'
import { experts, moeDimensions, router } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { rmsNorm } from '../blocks/norm.js'
import type { Family } from '../family.js'
import { container, listOf } from '../module.js'

/** GLM-4.5 and GLM-4.6 (Z.ai 2025, arXiv:2508.06471): first dense layers, then routed experts beside a shared one. */
export const glm4Moe: Family = {
  modelTypes: ['glm4_moe'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 151_552,
      hidden_size: 4096,
      intermediate_size: 10_944,
      num_hidden_layers: 46,
      num_attention_heads: 96,
      num_key_value_heads: 8,
      max_position_embeddings: 131_072,
      tie_word_embeddings: false,
    })
    const norm = rmsNorm(sizes.hiddenSize)
    const bias = config.boolean('attention_bias', false)
    const routing = {
      experts: config.integer('n_routed_experts', 128),
      expertsPerToken: config.integer('num_experts_per_tok', 8),
    }
    const { hiddenSize, headDim, layers } = sizes
    const expertFfnSize = config.integer('moe_intermediate_size', 1408)
    const shared = config.integer('n_shared_experts', 1)
    const denseLayers = config.integer('first_k_dense_replace', 1)
    const headNorms = config.boolean('use_qk_norm', false) ? { q_norm: rmsNorm(headDim), k_norm: rmsNorm(headDim) } : {}
    const mixture = container(
      'Glm4MoeMoE',
      {
        gate: router(routing.experts, hiddenSize),
        experts: experts(routing, gatedMlp({ hiddenSize, ffnSize: expertFfnSize })),
        shared_experts: gatedMlp({ hiddenSize, ffnSize: expertFfnSize * shared }),
      },
      { part: 'experts' },
    )
    const isSparse = (index: number) => index >= denseLayers
    const layer = (sparse: boolean) =>
      preNormLayer('Glm4MoeDecoderLayer', {
        norm,
        attention: attention({ ...sizes, qkvBias: bias, also: headNorms }),
        mlp: sparse ? mixture : gatedMlp({ ...sizes }),
      })
    const sparseLayers = Math.max(0, layers - denseLayers)
    const moe = moeDimensions(routing, { layers: sparseLayers, ffnSize: expertFfnSize, shared })
    return causalLm({
      config,
      className,
      family: 'glm4_moe',
      name: 'Glm4Moe',
      model: decoderModel('Glm4MoeModel', { ...sizes, layers: listOf(layers, isSparse, layer), norm }),
      dimensions: decoderDimensions(sizes, { gatedMlp: true, moe }),
    })
  },
}
