import { gatedAttention } from '../blocks/attention.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { deltaNet, deltaNetFeatures, deltaNetSizes } from '../blocks/delta-net.js'
import { experts, expertsBlock, moeDimensions, qwenSparseLayers } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { qwenHybridTypes } from '../blocks/layer-types.js'
import { linear } from '../blocks/linear.js'
import { rmsNorm } from '../blocks/norm.js'
import { partialRotation } from '../forward/rotation.js'
import { container, listOf, range } from '../module.js'
import { causalLmFamily } from '../shapes/causal-lm-family.js'
import { PLAN_OF_EXPERTS } from '../tensor-plan.js'

/**
 * Qwen3-Next (Qwen team 2025, https://qwen.ai/blog): gated delta networks in three layers of four, gated attention in
 * the fourth, 512 small experts and a shared one that has a gate.
 */
export const qwen3Next = causalLmFamily({
  modelType: 'qwen3_next',
  liger: { norms: 'beside', keeps: ['rotation'], isUnrecorded: true },
  name: 'Qwen3Next',
  questionAnsweringPrefix: 'transformer',
  defaults: {
    vocab_size: 151_936,
    hidden_size: 2048,
    intermediate_size: 5632,
    num_hidden_layers: 48,
    num_attention_heads: 16,
    num_key_value_heads: 2,
    head_dim: 256,
    max_position_embeddings: 32_768,
    tie_word_embeddings: false,
  },
  build(sizes, config) {
    const norm = rmsNorm(sizes.hiddenSize)
    const routing = {
      experts: config.integer('num_experts', 512),
      expertsPerToken: config.integer('num_experts_per_tok', 10),
    }
    const { hiddenSize, layers } = sizes
    const types = qwenHybridTypes(config, layers)
    const selfAttention = gatedAttention(sizes, config)
    const deltaSizes = deltaNetSizes(config, hiddenSize)
    const { keys, values } = deltaNetFeatures(deltaSizes)
    const linearAttention = deltaNet('Qwen3NextGatedDeltaNet', deltaSizes, ({ convolution, norm, output }) => ({
      conv1d: convolution,
      in_proj_qkvz: linear(hiddenSize, 2 * keys + 2 * values),
      in_proj_ba: linear(hiddenSize, 2 * deltaSizes.valueHeads),
      norm,
      out_proj: output,
    }))
    const expertFfnSize = config.integer('moe_intermediate_size', 512, sizes.ffnSize)
    const sharedFfnSize = config.integer('shared_expert_intermediate_size', 512, sizes.ffnSize)
    const mixture = expertsBlock('Qwen3NextSparseMoeBlock', {
      gate: linear(hiddenSize, routing.experts),
      experts: experts(routing, gatedMlp({ hiddenSize, ffnSize: expertFfnSize })),
      shared_expert: gatedMlp({ hiddenSize, ffnSize: sharedFfnSize }),
      shared_expert_gate: linear(hiddenSize, 1),
    })
    const isSparse = qwenSparseLayers(config, routing)
    const kindOf = (index: number) => `${types[index]} ${isSparse(index) ? 'sparse' : 'dense'}`
    const layer = (kind: string) =>
      container('Qwen3NextDecoderLayer', {
        ...(kind.startsWith('linear_attention') ? { linear_attn: linearAttention } : { self_attn: selfAttention }),
        mlp: kind.endsWith('sparse') ? mixture : gatedMlp(sizes),
        input_layernorm: norm,
        post_attention_layernorm: norm,
      })
    const sparseLayers = range(layers).filter(isSparse).length
    const moe = moeDimensions(routing, { layers: sparseLayers, ffnSize: expertFfnSize, shared: 1 })
    return {
      model: decoderModel('Qwen3NextModel', { ...sizes, layers: listOf(layers, kindOf, layer), norm }),
      dimensions: decoderDimensions(sizes, { gatedMlp: true, moe }),
    }
  },
  forward: (config, dimensions) => ({
    rotation: partialRotation(config, dimensions, 0.25),
    norm: 'rmsNormPlusOne',
    attention: { cache: 'kept', gated: true },
    mixers: {
      linear_attn: { kind: 'gatedDelta', ...deltaNetSizes(config, dimensions.hiddenSize), states: 'assigned' },
    },
    feedForward: {
      activation: config.string('hidden_act', 'silu'),
      mixture: { normalised: config.boolean('norm_topk_prob', true) },
    },
  }),
  tensorPlan: { ...PLAN_OF_EXPERTS, whole: ['shared_expert'] },
  undispatched: 'its gated delta networks in transformers 5.24.0 are not estimated',
})
