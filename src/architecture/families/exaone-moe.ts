import { deepseekMixture } from '../blocks/deepseek-mixture.js'
import { MERGED_GATED_EXPERTS } from '../blocks/experts.js'
import { fullLayers, layerTypes, slidingBut, slidingWindow, windowOf } from '../blocks/layer-types.js'
import { groupedDeepseekMixture } from '../forward/deepseek-mixture.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { exaone4Body } from '../shapes/exaone4-body.js'
import { PLAN_OF_ROUTED_EXPERTS } from '../tensor-plan.js'

/** K-EXAONE (LG AI Research 2026, arXiv:2601.01739): EXAONE 4's attention, and routed experts beside a shared one. */
export const exaoneMoe = decoderFamily({
  modelType: 'exaone_moe',
  needsWindow: 'always',
  name: 'ExaoneMoe',
  ...exaone4Body,
  attentionPattern(config, layers) {
    const windowSize = slidingWindow(config, 4096)
    const period = windowSize === undefined ? 1 : config.integer('sliding_window_pattern', 4)
    const types = layerTypes(config, layers, period > 0 ? slidingBut(period) : () => 'full_attention')
    return { ...windowOf(types, windowSize), unrotatedLayers: windowSize === undefined ? [] : fullLayers(types) }
  },
  mixture: ({ hiddenSize }, config) =>
    deepseekMixture(config, hiddenSize, {
      type: 'ExaoneMoeSparseMoEBlock',
      experts: 64,
      expertsPerToken: 8,
      ffnSize: 1024,
      shared: 1,
      denseLayers: 1,
      transformers: 5,
      expertFields: ['num_experts'],
      sharedField: 'num_shared_experts',
    }),
  mergedLayers: MERGED_GATED_EXPERTS,
  forward: (config) => ({
    rotation: { features: 'all', frequencies: 'modelTwice' },
    norm: 'rmsNorm',
    attention: { headNorms: 'allProjected' },
    feedForward: { activation: config.string('hidden_act', 'silu'), mixture: groupedDeepseekMixture(config) },
  }),
  tensorPlan: PLAN_OF_ROUTED_EXPERTS,
})
