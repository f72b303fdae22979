import { attention } from '../blocks/attention.js'
import { causalLm } from '../blocks/causal-lm.js'
import { preNormLayer } from '../blocks/decoder-layer.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions, decoderSizes } from '../blocks/decoder-sizes.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { rmsNorm } from '../blocks/norm.js'
import type { Family } from '../family.js'
import { repeated } from '../module.js'

/** Mistral 7B (Jiang et al. 2023, arXiv:2310.06825): Llama with grouped queries and a window over the last tokens. */
export const mistral: Family = {
  modelTypes: ['mistral'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 32_000,
      hidden_size: 4096,
      intermediate_size: 14_336,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      num_key_value_heads: 8,
      max_position_embeddings: 131_072,
      tie_word_embeddings: false,
    })
    const norm = rmsNorm(sizes.hiddenSize)
    const windowTokens = config.isNull('sliding_window') ? undefined : config.integer('sliding_window', 4096)
    const layer = preNormLayer('MistralDecoderLayer', {
      norm,
      attention: attention({ ...sizes }),
      mlp: gatedMlp({ ...sizes }),
    })
    return causalLm({
      config,
      className,
      family: 'mistral',
      name: 'Mistral',
      model: decoderModel('MistralModel', { ...sizes, layers: repeated(sizes.layers, layer), norm }),
      dimensions: decoderDimensions(sizes, { gatedMlp: true, windowTokens }),
    })
  },
}
