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

/**
 * Gemma 3's language model (Gemma team 2025, arXiv:2503.19786): Gemma 2 with norms of each head's queries and keys,
 * and a window in five layers of six.
 */
export const gemma3Text: Family = {
  modelTypes: ['gemma3_text'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 262_208,
      hidden_size: 2304,
      intermediate_size: 9216,
      num_hidden_layers: 26,
      num_attention_heads: 8,
      num_key_value_heads: 4,
      head_dim: 256,
      max_position_embeddings: 131_072,
      tie_word_embeddings: true,
    })
    // The scaling of its ropes is counted in the length already.
    const contextTokens = config.integer('max_position_embeddings', 131_072)
    const norm = rmsNorm(sizes.hiddenSize)
    const bias = config.boolean('attention_bias', false)
    const types = layerTypes(config, sizes.layers, slidingBut(config.integer('sliding_window_pattern', 6)))
    const window = windowOf(types, config.integer('sliding_window', 4096))
    const layer = sandwichLayer('Gemma3DecoderLayer', {
      norm,
      attention: attention({
        ...sizes,
        qkvBias: bias,
        outputBias: bias,
        also: { q_norm: rmsNorm(sizes.headDim), k_norm: rmsNorm(sizes.headDim) },
      }),
      mlp: gatedMlp({ ...sizes }),
    })
    return causalLm({
      config,
      className,
      family: 'gemma3_text',
      name: 'Gemma3',
      model: decoderModel('Gemma3TextModel', { ...sizes, layers: repeated(sizes.layers, layer), norm }),
      dimensions: decoderDimensions({ ...sizes, contextTokens }, { gatedMlp: true, ...window }),
    })
  },
}
