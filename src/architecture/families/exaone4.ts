import { attention } from '../blocks/attention.js'
import { causalLm } from '../blocks/causal-lm.js'
import { postNormLayer } from '../blocks/decoder-layer.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions, decoderSizes } from '../blocks/decoder-sizes.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { fullLayers, layerTypes, slidingBut, windowOf } from '../blocks/layer-types.js'
import { rmsNorm } from '../blocks/norm.js'
import type { Family } from '../family.js'
import { repeated } from '../module.js'

/** EXAONE 4.0 (LG AI Research 2025, arXiv:2507.11407): norms after the blocks, and of each head's queries and keys. */
export const exaone4: Family = {
  modelTypes: ['exaone4'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 102_400,
      hidden_size: 4096,
      intermediate_size: 16_384,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      num_key_value_heads: 32,
      max_position_embeddings: 2048,
      tie_word_embeddings: false,
    })
    const norm = rmsNorm(sizes.hiddenSize)
    const windowSize = config.optionalInteger('sliding_window') ?? (config.isNull('sliding_window') ? undefined : 4096)
    const isPatterned = windowSize !== undefined && !config.has('layer_types')
    const period = isPatterned ? config.integer('sliding_window_pattern', 4) : 1
    const types = layerTypes(config, sizes.layers, slidingBut(period))
    // A model with a window tells positions only to the layers that look through it.
    const unrotatedLayers = windowSize === undefined ? [] : fullLayers(types)
    const layer = postNormLayer('Exaone4DecoderLayer', {
      norm,
      attention: attention({ ...sizes, also: { q_norm: rmsNorm(sizes.headDim), k_norm: rmsNorm(sizes.headDim) } }),
      mlp: gatedMlp({ ...sizes }),
    })
    return causalLm({
      config,
      className,
      family: 'exaone4',
      name: 'Exaone4',
      model: decoderModel('Exaone4Model', { ...sizes, layers: repeated(sizes.layers, layer), norm }),
      questionAnsweringPrefix: 'transformer',
      computation: { unrotatedLayers },
      dimensions: decoderDimensions(sizes, { gatedMlp: true, ...windowOf(types, windowSize) }),
    })
  },
}
