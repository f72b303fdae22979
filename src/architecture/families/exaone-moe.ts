import { attention, headNorms } from '../blocks/attention.js'
import { deepseekMixture } from '../blocks/deepseek-mixture.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { fullLayers, layerTypes, slidingBut, slidingWindow, windowOf } from '../blocks/layer-types.js'
import { decoderFamily } from '../shapes/decoder-family.js'

/** K-EXAONE (LG AI Research 2026, arXiv:2601.01739): EXAONE 4's attention, and routed experts beside a shared one. */
export const exaoneMoe = decoderFamily({
  modelType: 'exaone_moe',
  name: 'ExaoneMoe',
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
    const period = windowSize === undefined ? 1 : config.integer('sliding_window_pattern', 4)
    const types = layerTypes(config, layers, period > 0 ? slidingBut(period) : () => 'full_attention')
    return { ...windowOf(types, windowSize), unrotatedLayers: windowSize === undefined ? [] : fullLayers(types) }
  },
  attention: (sizes) => attention({ ...sizes, also: headNorms(sizes) }),
  mlp: gatedMlp,
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
})
