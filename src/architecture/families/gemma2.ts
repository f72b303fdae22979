import { attention } from '../blocks/attention.js'
import { causalLm } from '../blocks/causal-lm.js'
import { sandwichLayer } from '../blocks/decoder-layer.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions, decoderSizes } from '../blocks/decoder-sizes.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { layerTypes, slidingBut, windowOf } from '../blocks/layer-types.js'
import { rmsNorm } from '../blocks/norm.js'
import type { Family } from '../family.js'
import { repeated } from '../module.js'

/** Gemma 2 (Gemma team 2024, arXiv:2408.00118): norms on both sides of each block, a window in every other layer. */
export const gemma2: Family = {
  modelTypes: ['gemma2'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 256_000,
      hidden_size: 2304,
      intermediate_size: 9216,
      num_hidden_layers: 26,
      num_attention_heads: 8,
      num_key_value_heads: 4,
      head_dim: 256,
      max_position_embeddings: 8192,
      tie_word_embeddings: true,
    })
    const norm = rmsNorm(sizes.hiddenSize)
    const bias = config.boolean('attention_bias', false)
    const types = layerTypes(config, sizes.layers, slidingBut(2))
    const window = windowOf(types, config.integer('sliding_window', 4096))
    const layer = sandwichLayer('Gemma2DecoderLayer', {
      norm,
      attention: attention({ ...sizes, qkvBias: bias, outputBias: bias }),
      mlp: gatedMlp({ ...sizes }),
    })
    return causalLm({
      config,
      className,
      family: 'gemma2',
      name: 'Gemma2',
      model: decoderModel('Gemma2Model', { ...sizes, layers: repeated(sizes.layers, layer), norm }),
      dimensions: decoderDimensions(sizes, { gatedMlp: true, ...window }),
    })
  },
}
