import { attention } from '../blocks/attention.js'
import { experts, expertsBlock, qwenSparseLayers } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { qwenWindow } from '../blocks/layer-types.js'
import { linear } from '../blocks/linear.js'
import { EXPERTS_BY_SOFTMAX, withSharedFirst } from '../expert-plan.js'
import { decoderFamily } from '../shapes/decoder-family.js'

/**
 * Qwen1.5-MoE and Qwen2-57B-A14B (Qwen team 2024, arXiv:2407.10671): small routed experts and a shared one that has
 * a gate.
 */
export const qwen2Moe = decoderFamily({
  modelType: 'qwen2_moe',
  name: 'Qwen2Moe',
  copiedWith: ['num_experts', 'num_experts_per_tok', 'moe_intermediate_size', 'shared_expert_intermediate_size'],
  defaults: {
    vocab_size: 151_936,
    hidden_size: 2048,
    intermediate_size: 5632,
    num_hidden_layers: 24,
    num_attention_heads: 16,
    num_key_value_heads: 16,
    max_position_embeddings: 32_768,
    tie_word_embeddings: false,
  },
  attentionPattern: qwenWindow,
  attention: (sizes, config) => attention({ ...sizes, qkvBias: config.boolean('qkv_bias', true) }),
  mlp: gatedMlp,
  mixture({ hiddenSize }, config) {
    const routing = {
      experts: config.integer('num_experts', 60),
      expertsPerToken: config.integer('num_experts_per_tok', 4),
    }
    const ffnSize = config.integer('moe_intermediate_size', 1408)
    const sharedFfnSize = config.integer('shared_expert_intermediate_size', 5632)
    return {
      routing,
      ffnSize,
      shared: 1,
      block: expertsBlock('Qwen2MoeSparseMoeBlock', {
        gate: linear(hiddenSize, routing.experts),
        experts: experts(routing, gatedMlp({ hiddenSize, ffnSize })),
        shared_expert: gatedMlp({ hiddenSize, ffnSize: sharedFfnSize }),
        shared_expert_gate: linear(hiddenSize, 1),
      }),
      isSparse: qwenSparseLayers(config, routing),
    }
  },
  forward: (config) => ({
    masks: { size: 'forAllSequences', givenBehindPrefixes: true },
    rotation: { features: 'all', frequencies: 'modelAndAttention' },
    norm: 'rmsNorm',
    attention: { sharedHeads: 'repeated' },
    feedForward: {
      activation: config.string('hidden_act', 'silu'),
      mixture: { normalised: config.boolean('norm_topk_prob', false) },
    },
  }),
  undivided:
    'transformers 4.57.6, as which it is estimated, stops where its attention joins the heads of all ranks, and the experts of 5.24.0 are not estimated',
  expertPlan: withSharedFirst(EXPERTS_BY_SOFTMAX),
})
