import { llamaAttention } from '../blocks/attention.js'
import { layerTypes, slidingWindow, windowOf } from '../blocks/layer-types.js'
import type { ConfigReader } from '../config-reader.js'
import { graniteForward } from '../forward/granite-forward.js'
import type { Rotation } from '../forward/rotation.js'
import { range } from '../module.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { NOT_REPLAYED } from '../tensor-plan.js'

/** Granite with a window (IBM 2026, https://www.ibm.com/granite): a window in three layers of four, and an attention sink for each head. */
export const graniteSwa = decoderFamily({
  modelType: 'granite_swa',
  needsWindow: 'always',
  name: 'GraniteSWA',
  defaults: {
    vocab_size: 100_352,
    hidden_size: 2560,
    intermediate_size: 8192,
    num_hidden_layers: 24,
    num_attention_heads: 20,
    num_key_value_heads: 4,
    max_position_embeddings: 8192,
    tie_word_embeddings: true,
  },
  attentionPattern: (config, layers) => ({
    ...windowOf(
      layerTypes(config, layers, (index) => (index % 4 === 0 ? 'full_attention' : 'sliding_attention')),
      slidingWindow(config, 128),
    ),
    unrotatedLayers: range(layers).filter((index) => thetas(config)?.[index] === 0),
  }),
  attention: (sizes, config) => ({ ...llamaAttention(sizes, config), parameters: { sinks: [sizes.heads] } }),
  forward(config, { hiddenSize, heads, headDim = hiddenSize / heads }) {
    const { rotation: _, ...pass } = graniteForward(config)
    const bases = new Set<unknown>(thetas(config) ?? [1])
    bases.delete(0)
    const tables = bases.size === 2 ? 'two' : 'one'
    const rotation: Rotation = { features: 'all', frequencies: 'modelTwice', tables }
    return {
      ...pass,
      ...(bases.size > 0 && { rotation }),
      masks: { unusedWindow: slidingWindow(config, 128) },
      attention: { eagerOnly: true, eager: { sinks: 'scaling' } },
      // The model keeps frequencies that it does not use, twice.
      float32BufferElements: headDim,
      undescribed:
        bases.size > 2
          ? 'more than two bases of rotation (`layer_rope_theta`): give it two at most, besides 0'
          : undefined,
    }
  },
  undivided: NOT_REPLAYED,
})

/** The base of each layer's rotation; 0 for a layer that does not rotate. */
function thetas(config: ConfigReader): readonly unknown[] | undefined {
  const stated = config.raw('layer_rope_theta')
  return Array.isArray(stated) ? stated : undefined
}
