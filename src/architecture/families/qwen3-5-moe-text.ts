import { gatedAttention } from '../blocks/attention.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { deltaNet, deltaNetSizes } from '../blocks/delta-net.js'
import { expertsBlock, fusedExperts, moeDimensions, router } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { layersOfTypes, qwenHybridTypes } from '../blocks/layer-types.js'
import { linear } from '../blocks/linear.js'
import { rmsNorm } from '../blocks/norm.js'
import type { Mixture } from '../forward/mixture.js'
import { partialRotation } from '../forward/rotation.js'
import { container } from '../module.js'
import { causalLmFamily } from '../shapes/causal-lm-family.js'

/**
 * Qwen 3.5's mixtures of experts, the language model (Qwen team 2026, https://qwen.ai/blog): gated delta networks in
 * three layers of four, small routed experts and a shared one that has a gate.
 */
export const qwen35MoeText = causalLmFamily({
  modelType: 'qwen3_5_moe_text',
  name: 'Qwen3_5Moe',
  defaults: {
    vocab_size: 248_320,
    hidden_size: 2048,
    intermediate_size: 512,
    num_hidden_layers: 40,
    num_attention_heads: 16,
    num_key_value_heads: 2,
    head_dim: 256,
    max_position_embeddings: 32_768,
    tie_word_embeddings: false,
  },
  build(sizes, config) {
    const norm = rmsNorm(sizes.hiddenSize)
    const routing = {
      experts: config.integer('num_experts', 256),
      expertsPerToken: config.integer('num_experts_per_tok', 8),
    }
    const { hiddenSize, layers } = sizes
    const types = qwenHybridTypes(config, layers)
    const selfAttention = gatedAttention(sizes, config)
    const deltaSizes = deltaNetSizes(config, hiddenSize)
    const keyFeatures = deltaSizes.keyHeads * deltaSizes.keyHeadDim
    const valueFeatures = deltaSizes.valueHeads * deltaSizes.valueHeadDim
    const linearAttention = deltaNet('Qwen3_5MoeGatedDeltaNet', deltaSizes, {
      in_proj_qkv: linear(hiddenSize, 2 * keyFeatures + valueFeatures),
      in_proj_z: linear(hiddenSize, valueFeatures),
      in_proj_b: linear(hiddenSize, deltaSizes.valueHeads),
      in_proj_a: linear(hiddenSize, deltaSizes.valueHeads),
    })
    const expertFfnSize = config.integer('moe_intermediate_size', 512)
    const sharedFfnSize = config.integer('shared_expert_intermediate_size', 512)
    const mixture = expertsBlock('Qwen3_5MoeSparseMoeBlock', {
      gate: router(routing.experts, hiddenSize),
      experts: fusedExperts({ hiddenSize, ffnSize: expertFfnSize, ...routing }),
      shared_expert: gatedMlp({ hiddenSize, ffnSize: sharedFfnSize }),
      shared_expert_gate: linear(hiddenSize, 1),
    })
    const layer = (type: string) =>
      container('Qwen3_5MoeDecoderLayer', {
        input_layernorm: norm,
        ...(type === 'linear_attention' ? { linear_attn: linearAttention } : { self_attn: selfAttention }),
        post_attention_layernorm: norm,
        mlp: mixture,
      })
    const moe = moeDimensions(routing, { layers, ffnSize: expertFfnSize, shared: 1 })
    return {
      model: decoderModel('Qwen3_5MoeTextModel', {
        ...sizes,
        layers: layersOfTypes(types, layer),
        norm,
      }),
      dimensions: decoderDimensions(sizes, { gatedMlp: true, ffnHiddenSize: expertFfnSize, moe }),
    }
  },
  forward: (config, dimensions) => ({
    rotation: { ...partialRotation(config, dimensions, 0.25), axes: 'inTable', frequencies: 'modelTwice' },
    norm: 'rmsNormPlusOne',
    attention: { gated: true },
    mixers: {
      linear_attn: {
        kind: 'solvedDelta',
        ...deltaNetSizes(config, dimensions.hiddenSize),
        projections: 'joint',
        states: 'assigned',
      },
    },
    feedForward: { activation: config.string('hidden_act', 'silu'), mixture: SOFTMAX_OF_ALL },
  }),
})

const SOFTMAX_OF_ALL: Mixture = { router: 'softmaxInOne', dispatch: 'grouped', sharedFirst: true }
