import { attention } from '../blocks/attention.js'
import { causalLm } from '../blocks/causal-lm.js'
import { preNormLayer } from '../blocks/decoder-layer.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions, decoderSizes } from '../blocks/decoder-sizes.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { linear } from '../blocks/linear.js'
import { rmsNorm } from '../blocks/norm.js'
import type { Family } from '../family.js'
import { repeated } from '../module.js'

/**
 * Helium (Kyutai 2025, https://kyutai.org/helium): Llama, with an output projection as wide as the model whatever the
 * heads.
 */
export const helium: Family = {
  modelTypes: ['helium'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 48_000,
      hidden_size: 2560,
      intermediate_size: 7040,
      num_hidden_layers: 24,
      num_attention_heads: 20,
      num_key_value_heads: 20,
      head_dim: 128,
      max_position_embeddings: 4096,
      tie_word_embeddings: false,
    })
    const norm = rmsNorm(sizes.hiddenSize)
    const bias = config.boolean('attention_bias', false)
    const heads = attention({ ...sizes, qkvBias: bias })
    const output = linear(sizes.hiddenSize, sizes.hiddenSize)
    const layer = preNormLayer('HeliumDecoderLayer', {
      norm,
      attention: { ...heads, children: { ...heads.children, o_proj: output } },
      mlp: gatedMlp({ ...sizes, bias: config.boolean('mlp_bias', false) }),
    })
    return causalLm({
      config,
      className,
      family: 'helium',
      name: 'Helium',
      model: decoderModel('HeliumModel', { ...sizes, layers: repeated(sizes.layers, layer), norm }),
      dimensions: decoderDimensions(sizes, { gatedMlp: true }),
    })
  },
}
