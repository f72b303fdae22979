import { attention } from '../blocks/attention.js'
import { causalLm } from '../blocks/causal-lm.js'
import { preNormLayer } from '../blocks/decoder-layer.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions, decoderSizes } from '../blocks/decoder-sizes.js'
import { layerNorm } from '../blocks/norm.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import type { Family } from '../family.js'
import { repeated } from '../module.js'

/** Nemotron-4 and Minitron (Parmar et al. 2024, arXiv:2402.16819): layer norms, a plain MLP with squared ReLU. */
export const nemotron: Family = {
  modelTypes: ['nemotron'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 256_000,
      hidden_size: 6144,
      intermediate_size: 24_576,
      num_hidden_layers: 32,
      num_attention_heads: 48,
      max_position_embeddings: 4096,
      tie_word_embeddings: false,
    })
    const norm = layerNorm(sizes.hiddenSize)
    const bias = config.boolean('attention_bias', false)
    const layer = preNormLayer('NemotronDecoderLayer', {
      norm,
      attention: attention({ ...sizes, qkvBias: bias, outputBias: bias }),
      mlp: plainMlp({ ...sizes, bias: config.boolean('mlp_bias', false) }),
    })
    return causalLm({
      config,
      className,
      family: 'nemotron',
      name: 'Nemotron',
      model: decoderModel('NemotronModel', { ...sizes, layers: repeated(sizes.layers, layer), norm }),
      questionAnsweringPrefix: 'transformer',
      dimensions: decoderDimensions(sizes, { gatedMlp: false }),
    })
  },
}
