import { attention } from '../blocks/attention.js'
import { causalLm } from '../blocks/causal-lm.js'
import { preNormLayer } from '../blocks/decoder-layer.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions, decoderSizes } from '../blocks/decoder-sizes.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { rmsNorm } from '../blocks/norm.js'
import type { Family } from '../family.js'
import { repeated } from '../module.js'

/** Llama 1 to 3 (Touvron et al. 2023, arXiv:2302.13971; Llama team 2024, arXiv:2407.21783), and all that copies it. */
export const llama: Family = {
  modelTypes: ['llama'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 32_000,
      hidden_size: 4096,
      intermediate_size: 11_008,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      max_position_embeddings: 2048,
      tie_word_embeddings: false,
    })
    const norm = rmsNorm(sizes.hiddenSize)
    const bias = config.boolean('attention_bias', false)
    const layer = preNormLayer('LlamaDecoderLayer', {
      norm,
      attention: attention({ ...sizes, qkvBias: bias, outputBias: bias }),
      mlp: gatedMlp({ ...sizes, bias: config.boolean('mlp_bias', false) }),
    })
    return causalLm({
      config,
      className,
      family: 'llama',
      name: 'Llama',
      model: decoderModel('LlamaModel', { ...sizes, layers: repeated(sizes.layers, layer), norm }),
      questionAnsweringPrefix: 'transformer',
      dimensions: decoderDimensions(sizes, { gatedMlp: true }),
    })
  },
}
