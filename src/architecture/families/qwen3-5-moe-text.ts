import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { fusedMixture, moeDimensions } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { linear } from '../blocks/linear.js'
import type { Mixture } from '../forward/mixture.js'
import { causalLmFamily } from '../shapes/causal-lm-family.js'
import { qwen35Body, qwen35Forward } from '../shapes/qwen35-body.js'
import { PLAN_OF_DELTA_NETS } from '../tensor-plan.js'

/**
 * Qwen 3.5's mixtures of experts, the language model (Qwen team 2026, https://qwen.ai/blog): gated delta networks in
 * three layers of four, small routed experts and a shared one that has a gate.
 */
export const qwen35MoeText = causalLmFamily({
  modelType: 'qwen3_5_moe_text',
  liger: { norms: 'beside', keeps: ['rotation'], isUnrecorded: true },
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
    const { hiddenSize, layers } = sizes
    const routing = {
      experts: config.integer('num_experts', 256),
      expertsPerToken: config.integer('num_experts_per_tok', 8),
    }
    const ffnSize = config.integer('moe_intermediate_size', 512)
    const sharedSize = config.integer('shared_expert_intermediate_size', 512)
    const mixture = fusedMixture(
      'Qwen3_5MoeSparseMoeBlock',
      { hiddenSize, ffnSize, ...routing },
      {
        shared_expert: gatedMlp({ hiddenSize, ffnSize: sharedSize }),
        shared_expert_gate: linear(hiddenSize, 1),
      },
    )
    const moe = moeDimensions(routing, { layers, ffnSize, shared: 1 })
    return {
      model: qwen35Body('Qwen3_5Moe', sizes, config, mixture),
      dimensions: decoderDimensions(sizes, { gatedMlp: true, ffnHiddenSize: ffnSize, moe }),
    }
  },
  forward: (config, dimensions) => qwen35Forward(config, dimensions, SOFTMAX_OF_ALL),
  tensorPlan: PLAN_OF_DELTA_NETS,
})

const SOFTMAX_OF_ALL: Mixture = { router: 'softmaxInOne', dispatch: 'grouped', sharedFirst: true }
