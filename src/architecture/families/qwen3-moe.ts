import { headNorms, llamaAttention } from '../blocks/attention.js'
import { experts, expertsBlock, qwenSparseLayers } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { slidingWindow } from '../blocks/layer-types.js'
import { linear } from '../blocks/linear.js'
import { EXPERTS_BY_SOFTMAX } from '../expert-plan.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN_OF_EXPERTS } from '../tensor-plan.js'

/**
 * Qwen 3, the mixtures of experts (Qwen team 2025, arXiv:2505.09388): 128 small experts, none shared; norms of each
 * head's queries and keys.
 */
export const qwen3Moe = decoderFamily({
  modelType: 'qwen3_moe',
  liger: { isUnrecorded: true },
  name: 'Qwen3Moe',
  copiedWith: ['num_experts', 'num_experts_per_tok', 'moe_intermediate_size'],
  attributeMap: { num_local_experts: 'num_experts' },
  defaults: {
    vocab_size: 151_936,
    hidden_size: 2048,
    intermediate_size: 6144,
    num_hidden_layers: 24,
    num_attention_heads: 32,
    num_key_value_heads: 4,
    max_position_embeddings: 32_768,
    tie_word_embeddings: false,
  },
  attentionPattern: (config) => ({
    windowTokens: config.boolean('use_sliding_window', false) ? slidingWindow(config, 4096) : undefined,
  }),
  attention: (sizes, config) => llamaAttention(sizes, config, headNorms(sizes)),
  mlp: gatedMlp,
  mixture({ hiddenSize }, config) {
    const routing = {
      experts: config.integer('num_experts', 128),
      expertsPerToken: config.integer('num_experts_per_tok', 8),
    }
    const ffnSize = config.integer('moe_intermediate_size', 768)
    return {
      routing,
      ffnSize,
      block: expertsBlock('Qwen3MoeSparseMoeBlock', {
        gate: linear(hiddenSize, routing.experts),
        experts: experts(routing, gatedMlp({ hiddenSize, ffnSize })),
      }),
      isSparse: qwenSparseLayers(config, routing),
    }
  },
  questionAnsweringPrefix: 'transformer',
  languageModelOf: ['qwen3_omni_moe_text'],
  forward: (config) => ({
    masks: { forEachKind: false },
    rotation: { features: 'all' },
    norm: 'rmsNorm',
    feedForward: {
      activation: config.string('hidden_act', 'silu'),
      mixture: { normalised: config.boolean('norm_topk_prob', false) },
    },
  }),
  tensorPlan: PLAN_OF_EXPERTS,
  expertPlan: EXPERTS_BY_SOFTMAX,
})
