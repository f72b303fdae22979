import { attention } from '../blocks/attention.js'
import { causalLm } from '../blocks/causal-lm.js'
import { preNormLayer } from '../blocks/decoder-layer.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions, decoderSizes } from '../blocks/decoder-sizes.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { layerTypes, windowOf } from '../blocks/layer-types.js'
import { rmsNorm } from '../blocks/norm.js'
import type { Family } from '../family.js'
import { repeated } from '../module.js'

/**
 * Ministral (Mistral AI 2024, https://mistral.ai/news/ministraux): Mistral with the kind of each layer in the config.
 */
export const ministral: Family = {
  modelTypes: ['ministral'],
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
    const windowSize = config.isNull('sliding_window') ? undefined : config.integer('sliding_window', 4096)
    const types = layerTypes(config, sizes.layers, () =>
      windowSize === undefined ? 'full_attention' : 'sliding_attention',
    )
    const layer = preNormLayer('MinistralDecoderLayer', {
      norm,
      attention: attention({ ...sizes }),
      mlp: gatedMlp({ ...sizes }),
    })
    return causalLm({
      config,
      className,
      family: 'ministral',
      name: 'Ministral',
      model: decoderModel('MinistralModel', { ...sizes, layers: repeated(sizes.layers, layer), norm }),
      questionAnsweringPrefix: 'transformer',
      dimensions: decoderDimensions(sizes, { gatedMlp: true, ...windowOf(types, windowSize) }),
    })
  },
}
