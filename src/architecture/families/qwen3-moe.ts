import { attention } from '../blocks/attention.js'
import { causalLm } from '../blocks/causal-lm.js'
import { preNormLayer } from '../blocks/decoder-layer.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions, decoderSizes } from '../blocks/decoder-sizes.js'
import { experts, moeDimensions } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { linear } from '../blocks/linear.js'
import { rmsNorm } from '../blocks/norm.js'
import type { Family } from '../family.js'
import { container, listOf, range } from '../module.js'

/**
 * Qwen 3, the mixtures of experts (Qwen team 2025, arXiv:2505.09388): 128 small experts, none shared; norms of each
 * head's queries and keys.
 */
export const qwen3Moe: Family = {
  modelTypes: ['qwen3_moe'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 151_936,
      hidden_size: 2048,
      intermediate_size: 6144,
      num_hidden_layers: 24,
      num_attention_heads: 32,
      num_key_value_heads: 4,
      max_position_embeddings: 32_768,
      tie_word_embeddings: false,
    })
    const norm = rmsNorm(sizes.hiddenSize)
    const bias = config.boolean('attention_bias', false)
    const routing = {
      experts: config.integer('num_experts', 128),
      expertsPerToken: config.integer('num_experts_per_tok', 8),
    }
    const { hiddenSize, headDim } = sizes
    const expertFfnSize = config.integer('moe_intermediate_size', 768)
    const selfAttention = attention({
      ...sizes,
      qkvBias: bias,
      outputBias: bias,
      also: { q_norm: rmsNorm(headDim), k_norm: rmsNorm(headDim) },
    })
    const mixture = container(
      'Qwen3MoeSparseMoeBlock',
      {
        gate: linear(hiddenSize, routing.experts),
        experts: experts(routing, gatedMlp({ hiddenSize, ffnSize: expertFfnSize })),
      },
      { part: 'experts' },
    )
    const denseLayers = new Set(config.integers('mlp_only_layers') ?? [])
    const sparseStep = config.positive('decoder_sparse_step', 1)
    const isSparse = (index: number) => routing.experts > 0 && !denseLayers.has(index) && (index + 1) % sparseStep === 0
    const layer = (sparse: boolean) =>
      preNormLayer('Qwen3MoeDecoderLayer', {
        norm,
        attention: selfAttention,
        mlp: sparse ? mixture : gatedMlp({ ...sizes }),
      })
    const sparseLayers = range(sizes.layers).filter(isSparse).length
    const moe = moeDimensions(routing, { layers: sparseLayers, ffnSize: expertFfnSize })
    const windowTokens = config.boolean('use_sliding_window', false)
      ? config.integer('sliding_window', 4096)
      : undefined
    return causalLm({
      config,
      className,
      family: 'qwen3_moe',
      name: 'Qwen3Moe',
      model: decoderModel('Qwen3MoeModel', { ...sizes, layers: listOf(sizes.layers, isSparse, layer), norm }),
      questionAnsweringPrefix: 'transformer',
      dimensions: decoderDimensions(sizes, { gatedMlp: true, windowTokens, moe }),
    })
  },
}
