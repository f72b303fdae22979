import { attention } from '../blocks/attention.js'
import { causalLm } from '../blocks/causal-lm.js'
import { parallelLayer } from '../blocks/decoder-layer.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions, decoderSizes } from '../blocks/decoder-sizes.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { fullLayers, layerTypes, slidingBut, windowOf } from '../blocks/layer-types.js'
import { layerNorm } from '../blocks/norm.js'
import type { Family } from '../family.js'
import { repeated } from '../module.js'

/** Command R7B and Command A (Cohere 2025, arXiv:2504.00698): Command R with a window in three layers of four. */
export const cohere2: Family = {
  modelTypes: ['cohere2'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 256_000,
      hidden_size: 8192,
      intermediate_size: 22_528,
      num_hidden_layers: 40,
      num_attention_heads: 64,
      max_position_embeddings: 8192,
      tie_word_embeddings: true,
    })
    const norm = layerNorm(sizes.hiddenSize, { bias: false })
    const bias = config.boolean('attention_bias', false)
    const types = layerTypes(config, sizes.layers, slidingBut(config.integer('sliding_window_pattern', 4)))
    const window = windowOf(types, config.integer('sliding_window', 4096))
    const layer = parallelLayer('Cohere2DecoderLayer', {
      norm,
      attention: attention({ ...sizes, qkvBias: bias, outputBias: bias }),
      mlp: gatedMlp({ ...sizes }),
    })
    return causalLm({
      config,
      className,
      family: 'cohere2',
      name: 'Cohere2',
      model: decoderModel('Cohere2Model', { ...sizes, layers: repeated(sizes.layers, layer), norm }),
      // Positions are told only where a layer looks through a window.
      computation: { unrotatedLayers: fullLayers(types) },
      dimensions: decoderDimensions(sizes, { gatedMlp: true, ...window }),
    })
  },
}
