import { postNormLayer } from '../blocks/decoder-layer.js'
import { fullLayers, layerTypes, slidingBut, slidingWindow, windowOf } from '../blocks/layer-types.js'
import { llamaForward } from '../forward/llama-forward.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { exaone4Body } from '../shapes/exaone4-body.js'
import { PLAN } from '../tensor-plan.js'

/** EXAONE 4.0 (LG AI Research 2025, arXiv:2507.11407): norms after the blocks, and of each head's queries and keys. */
export const exaone4 = decoderFamily({
  modelType: 'exaone4',
  liger: { norms: 'beside' },
  needsWindow: 'usual',
  name: 'Exaone4',
  ...exaone4Body,
  attentionPattern(config, layers) {
    const windowSize = slidingWindow(config, 4096)
    const isPatterned = windowSize !== undefined && !config.has('layer_types')
    const period = isPatterned ? config.integer('sliding_window_pattern', 4) : 1
    const types = layerTypes(config, layers, slidingBut(period))
    // A model with a window rotates queries and keys only in the layers with the window.
    return { ...windowOf(types, windowSize), unrotatedLayers: windowSize === undefined ? [] : fullLayers(types) }
  },
  layer: postNormLayer,
  questionAnsweringPrefix: 'transformer',
  forward: (config) => ({
    ...llamaForward(config),
    attention: { headNorms: 'allProjected' },
  }),
  tensorPlan: PLAN,
})
