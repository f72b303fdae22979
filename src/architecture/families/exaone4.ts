import { attention, headNorms } from '../blocks/attention.js'
import { postNormLayer } from '../blocks/decoder-layer.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { fullLayers, layerTypes, slidingBut, slidingWindow, windowOf } from '../blocks/layer-types.js'
import { llamaForward } from '../forward/llama-forward.js'
import { decoderFamily } from '../shapes/decoder-family.js'

/** EXAONE 4.0 (LG AI Research 2025, arXiv:2507.11407): norms after the blocks, and of each head's queries and keys. */
export const exaone4 = decoderFamily({
  modelType: 'exaone4',
  name: 'Exaone4',
  defaults: {
    vocab_size: 102_400,
    hidden_size: 4096,
    intermediate_size: 16_384,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: 32,
    max_position_embeddings: 2048,
    tie_word_embeddings: false,
  },
  attentionPattern(config, layers) {
    const windowSize = slidingWindow(config, 4096)
    const isPatterned = windowSize !== undefined && !config.has('layer_types')
    const period = isPatterned ? config.integer('sliding_window_pattern', 4) : 1
    const types = layerTypes(config, layers, slidingBut(period))
    // A model with a window rotates queries and keys only in the layers with the window.
    return { ...windowOf(types, windowSize), unrotatedLayers: windowSize === undefined ? [] : fullLayers(types) }
  },
  attention: (sizes) => attention({ ...sizes, also: headNorms(sizes) }),
  mlp: gatedMlp,
  layer: postNormLayer,
  questionAnsweringPrefix: 'transformer',
  forward: (config) => ({
    ...llamaForward(config),
    attention: { headNorms: 'allProjected' },
  }),
})
