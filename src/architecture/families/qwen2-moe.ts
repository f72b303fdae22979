import { attention } from '../blocks/attention.js'
import { causalLm } from '../blocks/causal-lm.js'
import { preNormLayer } from '../blocks/decoder-layer.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions, decoderSizes } from '../blocks/decoder-sizes.js'
import { experts, moeDimensions } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { qwenWindow } from '../blocks/layer-types.js'
import { linear } from '../blocks/linear.js'
import { rmsNorm } from '../blocks/norm.js'
import type { Family } from '../family.js'
import { container, listOf, range } from '../module.js'

/**
 * Qwen1.5-MoE and Qwen2-57B-A14B (Qwen team 2024, arXiv:2407.10671): small routed experts beside a shared one that has
 * a gate.
 */
export const qwen2Moe: Family = {
  modelTypes: ['qwen2_moe'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 151_936,
      hidden_size: 2048,
      intermediate_size: 5632,
      num_hidden_layers: 24,
      num_attention_heads: 16,
      num_key_value_heads: 16,
      max_position_embeddings: 32_768,
      tie_word_embeddings: false,
    })
    const norm = rmsNorm(sizes.hiddenSize)
    const routing = {
      experts: config.integer('num_experts', 60),
      expertsPerToken: config.integer('num_experts_per_tok', 4),
    }
    const { hiddenSize } = sizes
    const expertFfnSize = config.integer('moe_intermediate_size', 1408)
    const sharedFfnSize = config.integer('shared_expert_intermediate_size', 5632)
    const selfAttention = attention({ ...sizes, qkvBias: config.boolean('qkv_bias', true) })
    const mixture = container(
      'Qwen2MoeSparseMoeBlock',
      {
        gate: linear(hiddenSize, routing.experts),
        experts: experts(routing, gatedMlp({ hiddenSize, ffnSize: expertFfnSize })),
        shared_expert: gatedMlp({ hiddenSize, ffnSize: sharedFfnSize }),
        shared_expert_gate: linear(hiddenSize, 1),
      },
      { part: 'experts' },
    )
    const denseLayers = new Set(config.integers('mlp_only_layers') ?? [])
    const sparseStep = config.positive('decoder_sparse_step', 1)
    const isSparse = (index: number) => routing.experts > 0 && !denseLayers.has(index) && (index + 1) % sparseStep === 0
    const layer = (sparse: boolean) =>
      preNormLayer('Qwen2MoeDecoderLayer', {
        norm,
        attention: selfAttention,
        mlp: sparse ? mixture : gatedMlp({ ...sizes }),
      })
    const sparseLayers = range(sizes.layers).filter(isSparse).length
    const moe = moeDimensions(routing, { layers: sparseLayers, ffnSize: expertFfnSize, shared: 1 })
    const window = qwenWindow(config, sizes.layers)
    return causalLm({
      config,
      className,
      family: 'qwen2_moe',
      name: 'Qwen2Moe',
      model: decoderModel('Qwen2MoeModel', { ...sizes, layers: listOf(sizes.layers, isSparse, layer), norm }),
      dimensions: decoderDimensions(sizes, { gatedMlp: true, ...window, moe }),
    })
  },
}
