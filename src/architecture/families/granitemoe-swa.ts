import { llamaAttention } from '../blocks/attention.js'
import { blockSparseLayer } from '../blocks/decoder-layer.js'
import { LLAMA_DEFAULTS } from '../blocks/decoder-sizes.js'
import { expertsBlock, fusedExperts, router } from '../blocks/experts.js'
import { layerTypes, slidingWindow, windowOf } from '../blocks/layer-types.js'
import { decoderFamily } from '../shapes/decoder-family.js'

/** Granite's mixtures of experts with a window (IBM 2026, https://www.ibm.com/granite), and an attention sink for each head. */
export const granitemoeSwa = decoderFamily({
  modelType: 'granitemoe_swa',
  name: 'GraniteMoeSWA',
  defaults: { ...LLAMA_DEFAULTS, head_dim: false },
  attentionPattern: (config, layers) =>
    windowOf(
      layerTypes(config, layers, (index) => (index % 4 === 0 ? 'full_attention' : 'sliding_attention')),
      slidingWindow(config, 128),
    ),
  attention: (sizes, config) => ({ ...llamaAttention(sizes, config), parameters: { sinks: [sizes.heads] } }),
  mixture(sizes, config) {
    const routing = {
      experts: config.positive('num_local_experts', 8),
      expertsPerToken: config.positive('num_experts_per_tok', 2),
    }
    return {
      routing,
      ffnSize: sizes.ffnSize,
      block: expertsBlock('GraniteMoeSWAMoE', {
        router: router(routing.experts, sizes.hiddenSize),
        experts: fusedExperts({ ...sizes, ...routing }),
      }),
    }
  },
  layer: blockSparseLayer,
})
