import { attention } from '../blocks/attention.js'
import { causalLm } from '../blocks/causal-lm.js'
import { preNormLayer } from '../blocks/decoder-layer.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions, decoderSizes } from '../blocks/decoder-sizes.js'
import { plainNorm } from '../blocks/norm.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import type { Family } from '../family.js'
import { repeated } from '../module.js'

/**
 * nanochat (Karpathy 2025, https://github.com/karpathy/nanochat): norms with nothing to learn, a plain MLP with
 * squared ReLU.
 */
export const nanochat: Family = {
  modelTypes: ['nanochat'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 50_304,
      hidden_size: 768,
      intermediate_size: 8192,
      num_hidden_layers: 12,
      num_attention_heads: 6,
      max_position_embeddings: 2048,
      tie_word_embeddings: false,
    })
    const norm = plainNorm('RMSNorm')
    const bias = config.boolean('attention_bias', false)
    const layer = preNormLayer('NanoChatDecoderLayer', {
      norm,
      attention: attention({ ...sizes, qkvBias: bias, outputBias: bias }),
      mlp: plainMlp({ ...sizes, bias: false, names: ['fc1', 'fc2'] }),
    })
    return causalLm({
      config,
      className,
      family: 'nanochat',
      name: 'NanoChat',
      model: decoderModel('NanoChatModel', { ...sizes, layers: repeated(sizes.layers, layer), norm }),
      dimensions: decoderDimensions(sizes, { gatedMlp: false }),
    })
  },
}
