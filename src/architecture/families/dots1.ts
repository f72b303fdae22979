import { attention, headNorms } from '../blocks/attention.js'
import { deepseekMixture } from '../blocks/deepseek-mixture.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { layerTypes, slidingWindow, windowOf } from '../blocks/layer-types.js'
import { EXPERTS_BY_SIGMOID } from '../expert-plan.js'
import { deepseekV3Mixture } from '../forward/deepseek-mixture.js'
import { llamaForward } from '../forward/llama-forward.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN_OF_LOCAL_EXPERTS } from '../tensor-plan.js'

/** dots.llm1 (Huo et al. 2025, arXiv:2506.05767): DeepSeek-V3's experts with ordinary attention and norms of its heads. */
export const dots1 = decoderFamily({
  modelType: 'dots1',
  needsWindow: 'listed',
  unreplayed: ['router in mixed precision'],
  name: 'Dots1',
  defaults: {
    vocab_size: 152_064,
    hidden_size: 4608,
    intermediate_size: 10_944,
    num_hidden_layers: 62,
    num_attention_heads: 32,
    num_key_value_heads: 32,
    max_position_embeddings: 2048,
    tie_word_embeddings: false,
  },
  attentionPattern(config, layers) {
    const window = slidingWindow(config, 4096)
    const first = config.integer('max_window_layers', 62)
    const types = layerTypes(config, layers, (index) =>
      window !== undefined && index >= first ? 'sliding_attention' : 'full_attention',
    )
    return windowOf(types, window)
  },
  attention(sizes, config) {
    const bias = config.boolean('attention_bias', false)
    return attention({ ...sizes, qkvBias: bias, outputBias: bias, also: headNorms(sizes) })
  },
  mlp: gatedMlp,
  mixture: ({ hiddenSize }, config) =>
    deepseekMixture(config, hiddenSize, {
      type: 'Dots1MoE',
      // The configuration class has no defaults for these fields.
      experts: 0,
      expertsPerToken: 0,
      ffnSize: 1408,
      shared: 0,
      denseLayers: 0,
      transformers: 4,
    }),
  forward: (config) => ({
    ...llamaForward(config),
    feedForward: {
      activation: config.string('hidden_act', 'silu'),
      mixture: { ...deepseekV3Mixture(config), normalised: config.boolean('norm_topk_prob', false) },
    },
  }),
  tensorPlan: PLAN_OF_LOCAL_EXPERTS,
  expertPlan: EXPERTS_BY_SIGMOID,
})
