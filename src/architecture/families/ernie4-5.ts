import { attention } from '../blocks/attention.js'
import { causalLm } from '../blocks/causal-lm.js'
import { preNormLayer } from '../blocks/decoder-layer.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions, decoderSizes } from '../blocks/decoder-sizes.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { rmsNorm } from '../blocks/norm.js'
import type { Family } from '../family.js'
import { repeated } from '../module.js'

/** ERNIE 4.5, the dense models (Baidu 2025, https://ernie.baidu.com/blog/publication/ERNIE_Technical_Report.pdf). */
export const ernie45: Family = {
  modelTypes: ['ernie4_5'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 103_424,
      hidden_size: 1024,
      intermediate_size: 3072,
      num_hidden_layers: 18,
      num_attention_heads: 16,
      num_key_value_heads: 2,
      head_dim: 128,
      max_position_embeddings: 131_072,
      tie_word_embeddings: true,
    })
    const norm = rmsNorm(sizes.hiddenSize)
    const bias = config.boolean('use_bias', false)
    const layer = preNormLayer('Ernie4_5DecoderLayer', {
      norm,
      attention: attention({ ...sizes, qkvBias: bias, outputBias: bias }),
      mlp: gatedMlp({ ...sizes, bias }),
    })
    return causalLm({
      config,
      className,
      family: 'ernie4_5',
      name: 'Ernie4_5',
      model: decoderModel('Ernie4_5Model', { ...sizes, layers: repeated(sizes.layers, layer), norm }),
      dimensions: decoderDimensions(sizes, { gatedMlp: true }),
    })
  },
}
