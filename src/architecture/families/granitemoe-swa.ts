import { llamaAttention } from '../blocks/attention.js'
import { LLAMA_DEFAULTS } from '../blocks/decoder-sizes.js'
import { expertsBlock, fusedExperts, router } from '../blocks/experts.js'
import { graniteSharedLayer } from '../blocks/granite-experts.js'
import { layerTypes, slidingWindow, windowOf } from '../blocks/layer-types.js'
import type { ConfigReader } from '../config-reader.js'
import { range } from '../module.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { NOT_REPLAYED } from '../tensor-plan.js'

/** Granite's mixtures of experts with a window (IBM 2026, https://www.ibm.com/granite), and an attention sink for each head. */
export const granitemoeSwa = decoderFamily({
  modelType: 'granitemoe_swa',
  needsWindow: 'always',
  name: 'GraniteMoeSWA',
  defaults: { ...LLAMA_DEFAULTS, head_dim: false },
  attentionPattern: (config, layers) => ({
    ...windowOf(
      layerTypes(config, layers, (index) => (index % 4 === 0 ? 'full_attention' : 'sliding_attention')),
      slidingWindow(config, 128),
    ),
    unrotatedLayers: range(layers).filter((index) => bases(config)?.[index] === 0),
  }),
  attention: (sizes, config) => ({ ...llamaAttention(sizes, config), parameters: { sinks: [sizes.heads] } }),
  mixture(sizes, config) {
    const routing = {
      experts: config.positive('num_local_experts', 8),
      expertsPerToken: config.positive('num_experts_per_tok', 2),
    }
    return {
      routing,
      ffnSize: sizes.ffnSize,
      shared: config.integer('shared_intermediate_size', 0) > 0 ? 1 : 0,
      block: expertsBlock('GraniteMoeSWAMoE', {
        router: router(routing.experts, sizes.hiddenSize),
        experts: fusedExperts({ ...sizes, ...routing }),
      }),
    }
  },
  layer: graniteSharedLayer('GraniteMoeSWAMLP', { expertsLast: true }),
  forward: (config, { headDim, hiddenSize, heads }) => ({
    embedding: 'scaledInModel',
    rotation: { features: 'all', receivers: 'rotated', frequencies: 'modelTwice' },
    // A table of frequencies that no layer uses is beside that of the layers.
    float32BufferElements: headDim ?? hiddenSize / Math.max(heads, 1),
    undescribed: severalBases(config),
    masks: { unusedWindow: slidingWindow(config, 128) },
    norm: 'rmsNorm',
    attention: { eagerOnly: true, eager: { sinks: 'scaling' } },
    feedForward: {
      activation: config.string('hidden_act', 'silu'),
      mixture: { router: { logits: 'castToFloat32', behind: 'softmax', narrowed: true }, dispatch: 'grouped' },
    },
    residual: { order: 'sequential', scaled: true, keepsRouted: true },
    logits: { form: 'scaled' },
  }),
  undivided: NOT_REPLAYED,
})

/** The base of the rotation of each layer: 0 means none. */
function bases(config: ConfigReader): readonly number[] | undefined {
  const stated = config.raw('layer_rope_theta')
  return Array.isArray(stated) ? stated.map(Number) : undefined
}

function severalBases(config: ConfigReader): string | undefined {
  return new Set(bases(config)?.filter((base) => base !== 0)).size > 1
    ? '`layer_rope_theta` has several bases, each with tables of its own; give all layers the same base, or 0, to estimate without the others'
    : undefined
}
