import { attention } from '../blocks/attention.js'
import { causalLm } from '../blocks/causal-lm.js'
import { preNormLayer } from '../blocks/decoder-layer.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions, decoderSizes } from '../blocks/decoder-sizes.js'
import { fusedGatedMlp } from '../blocks/gated-mlp.js'
import { rmsNorm } from '../blocks/norm.js'
import type { Family } from '../family.js'
import { repeated } from '../module.js'

/** GLM-4 of 2024 (Zhipu AI 2024, arXiv:2406.12793): gate and way up of the MLP in one projection. */
export const glm: Family = {
  modelTypes: ['glm'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 151_552,
      hidden_size: 4096,
      intermediate_size: 13_696,
      num_hidden_layers: 40,
      num_attention_heads: 32,
      num_key_value_heads: 2,
      head_dim: 128,
      max_position_embeddings: 131_072,
      tie_word_embeddings: false,
    })
    const norm = rmsNorm(sizes.hiddenSize)
    const bias = config.boolean('attention_bias', true)
    const layer = preNormLayer('GlmDecoderLayer', {
      norm,
      attention: attention({ ...sizes, qkvBias: bias }),
      mlp: fusedGatedMlp({ ...sizes }),
    })
    return causalLm({
      config,
      className,
      family: 'glm',
      name: 'Glm',
      model: decoderModel('GlmModel', { ...sizes, layers: repeated(sizes.layers, layer), norm }),
      dimensions: decoderDimensions(sizes, { gatedMlp: true }),
    })
  },
}
