import { attention } from '../blocks/attention.js'
import { causalLm } from '../blocks/causal-lm.js'
import { preNormLayer } from '../blocks/decoder-layer.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions, decoderSizes } from '../blocks/decoder-sizes.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { rmsNorm } from '../blocks/norm.js'
import type { Family } from '../family.js'
import { repeated } from '../module.js'

/**
 * Ministral 3 (Mistral AI 2025, arXiv:2601.08584): Mistral with YaRN, and without a window unless the config names
 * one.
 */
export const ministral3: Family = {
  modelTypes: ['ministral3'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 131_072,
      hidden_size: 4096,
      intermediate_size: 14_336,
      num_hidden_layers: 34,
      num_attention_heads: 32,
      num_key_value_heads: 8,
      head_dim: 128,
      max_position_embeddings: 262_144,
      tie_word_embeddings: false,
    })
    const norm = rmsNorm(sizes.hiddenSize)
    const layer = preNormLayer('Ministral3DecoderLayer', {
      norm,
      attention: attention({ ...sizes }),
      mlp: gatedMlp({ ...sizes }),
    })
    return causalLm({
      config,
      className,
      family: 'ministral3',
      name: 'Ministral3',
      model: decoderModel('Ministral3Model', { ...sizes, layers: repeated(sizes.layers, layer), norm }),
      dimensions: decoderDimensions(sizes, { gatedMlp: true, windowTokens: config.optionalInteger('sliding_window') }),
    })
  },
}
