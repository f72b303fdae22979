import { attention } from '../blocks/attention.js'
import { causalLm } from '../blocks/causal-lm.js'
import { preNormLayer } from '../blocks/decoder-layer.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions, decoderSizes } from '../blocks/decoder-sizes.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { plainNorm } from '../blocks/norm.js'
import type { Family } from '../family.js'
import { repeated } from '../module.js'

/** OLMo (Groeneveld et al. 2024, arXiv:2402.00838): layer norms with nothing to learn. */
export const olmo: Family = {
  modelTypes: ['olmo'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 50_304,
      hidden_size: 4096,
      intermediate_size: 11_008,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      max_position_embeddings: 2048,
      tie_word_embeddings: false,
    })
    const norm = plainNorm('LayerNorm')
    const bias = config.boolean('attention_bias', false)
    const layer = preNormLayer('OlmoDecoderLayer', {
      norm,
      attention: attention({ ...sizes, qkvBias: bias, outputBias: bias }),
      mlp: gatedMlp({ ...sizes }),
    })
    return causalLm({
      config,
      className,
      family: 'olmo',
      name: 'Olmo',
      model: decoderModel('OlmoModel', { ...sizes, layers: repeated(sizes.layers, layer), norm }),
      dimensions: decoderDimensions(sizes, { gatedMlp: true }),
    })
  },
}
