import { jointNorms, llamaAttention } from '../blocks/attention.js'
import { experts, expertsBlock } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { linear } from '../blocks/linear.js'
import { rmsNorm } from '../blocks/norm.js'
import { EXPERTS_BY_SOFTMAX } from '../expert-plan.js'
import { hasLimit } from '../forward/limits.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { ONLY_IN_5 } from '../tensor-plan.js'

/**
 * OLMoE (Muennighoff et al. 2024, arXiv:2409.02060): 64 small MLPs a layer, of which a token uses eight; norms of all
 * queries and keys.
 */
export const olmoe = decoderFamily({
  modelType: 'olmoe',
  name: 'Olmoe',
  attributeMap: { num_local_experts: 'num_experts' },
  defaults: {
    vocab_size: 50_304,
    hidden_size: 2048,
    intermediate_size: 2048,
    num_hidden_layers: 16,
    num_attention_heads: 16,
    head_dim: false,
    max_position_embeddings: 4096,
    tie_word_embeddings: false,
  },
  // The norm of the queries always has `hidden_size` features.
  attention: (sizes, config) =>
    llamaAttention(sizes, config, { ...jointNorms(sizes), q_norm: rmsNorm(sizes.hiddenSize) }),
  mixture(sizes, config) {
    const routing = {
      experts: config.integer('num_experts', 64),
      expertsPerToken: config.integer('num_experts_per_tok', 8),
    }
    return {
      routing,
      ffnSize: sizes.ffnSize,
      block: expertsBlock('OlmoeSparseMoeBlock', {
        gate: linear(sizes.hiddenSize, routing.experts),
        experts: experts(routing, gatedMlp(sizes)),
      }),
    }
  },
  forward: (config) => ({
    masks: { size: 'forAllSequences', givenBehindPrefixes: true },
    rotation: { features: 'all' },
    norm: 'rmsNorm',
    attention: { clamped: hasLimit(config, 'clip_qkv', false), sharedHeads: 'repeated' },
    feedForward: {
      activation: config.string('hidden_act', 'silu'),
      mixture: { normalised: config.boolean('norm_topk_prob', false) },
    },
  }),
  undivided: ONLY_IN_5,
  expertPlan: EXPERTS_BY_SOFTMAX,
})
