import { attention } from '../blocks/attention.js'
import { causalLm } from '../blocks/causal-lm.js'
import { preNormLayer } from '../blocks/decoder-layer.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions, decoderSizes } from '../blocks/decoder-sizes.js'
import { layerNorm } from '../blocks/norm.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import type { Family } from '../family.js'
import { repeated } from '../module.js'

/** StarCoder2 (Lozhkov et al. 2024, arXiv:2402.19173): layer norms, a plain MLP, biases everywhere. */
export const starcoder2: Family = {
  modelTypes: ['starcoder2'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 49_152,
      hidden_size: 3072,
      intermediate_size: 12_288,
      num_hidden_layers: 30,
      num_attention_heads: 24,
      num_key_value_heads: 2,
      max_position_embeddings: 4096,
      tie_word_embeddings: true,
    })
    const norm = layerNorm(sizes.hiddenSize)
    const bias = config.boolean('use_bias', true)
    const layer = preNormLayer('Starcoder2DecoderLayer', {
      norm,
      attention: attention({ ...sizes, qkvBias: bias, outputBias: bias }),
      mlp: plainMlp({ ...sizes, bias, names: ['c_fc', 'c_proj'] }),
    })
    return causalLm({
      config,
      className,
      family: 'starcoder2',
      name: 'Starcoder2',
      model: decoderModel('Starcoder2Model', { ...sizes, layers: repeated(sizes.layers, layer), norm }),
      dimensions: decoderDimensions(sizes, { gatedMlp: false, windowTokens: config.optionalInteger('sliding_window') }),
    })
  },
}
