import { attention, jointNorms } from '../blocks/attention.js'
import { expertsBlock, fusedExperts, router } from '../blocks/experts.js'
import { jitteredRouting } from '../forward/jittered-routing.js'
import { partialRotation } from '../forward/rotation.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN_OF_WHOLE_ATTENTION } from '../tensor-plan.js'

/**
 * MiniMax-M2 (MiniMax 2025, https://github.com/MiniMax-AI/MiniMax-M2): 256 experts in every layer; norms of all
 * queries and keys.
 */
export const minimaxM2 = decoderFamily({
  modelType: 'minimax_m2',
  name: 'MiniMaxM2',
  defaults: {
    vocab_size: 200_064,
    hidden_size: 3072,
    intermediate_size: 1536,
    num_hidden_layers: 62,
    num_attention_heads: 48,
    num_key_value_heads: 8,
    head_dim: 128,
    max_position_embeddings: 196_608,
    tie_word_embeddings: false,
  },
  attention: (sizes) => attention({ ...sizes, also: jointNorms(sizes) }),
  mixture(sizes, config) {
    const routing = {
      experts: config.integer(['num_experts', 'num_local_experts'], 256),
      expertsPerToken: config.integer('num_experts_per_tok', 8),
    }
    return {
      routing,
      ffnSize: sizes.ffnSize,
      block: expertsBlock('MiniMaxM2SparseMoeBlock', {
        gate: router(routing.experts, sizes.hiddenSize),
        experts: fusedExperts({ ...sizes, ...routing }),
      }),
    }
  },
  forward: (config, dimensions) => ({
    rotation: { ...partialRotation(config, dimensions, 1, { features: 'rotary_dim' }), frequencies: 'modelTwice' },
    undescribed: jitteredRouting(config),
    norm: 'rmsNorm',
    feedForward: {
      activation: config.string('hidden_act', 'silu'),
      mixture: { router: 'sigmoidOfLogits', dispatch: 'grouped', routerBuffer: 'model' },
    },
  }),
  mergedLayers: { gate: 'gate.weight', w1: 'gate_up_proj', w3: 'gate_up_proj', w2: 'down_proj' },
  tensorPlan: PLAN_OF_WHOLE_ATTENTION,
})
