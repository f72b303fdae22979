import { attention } from '../blocks/attention.js'
import { causalLm } from '../blocks/causal-lm.js'
import { parallelLayer } from '../blocks/decoder-layer.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions, decoderSizes } from '../blocks/decoder-sizes.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { layerNorm } from '../blocks/norm.js'
import type { Family } from '../family.js'
import { repeated } from '../module.js'

/**
 * Command R (Cohere 2024, https://cohere.com/blog/command-r): attention and MLP side by side, norms without a shift.
 */
export const cohere: Family = {
  modelTypes: ['cohere'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 256_000,
      hidden_size: 8192,
      intermediate_size: 22_528,
      num_hidden_layers: 40,
      num_attention_heads: 64,
      max_position_embeddings: 8192,
      tie_word_embeddings: true,
    })
    const norm = layerNorm(sizes.hiddenSize, { bias: false })
    const bias = config.boolean('attention_bias', false)
    const headNorm = (heads: number) => ({ ...norm, parameters: { weight: [heads, sizes.headDim] } })
    const also = config.boolean('use_qk_norm', false)
      ? { q_norm: headNorm(sizes.heads), k_norm: headNorm(sizes.kvHeads) }
      : {}
    const layer = parallelLayer('CohereDecoderLayer', {
      norm,
      attention: attention({ ...sizes, qkvBias: bias, outputBias: bias, also }),
      mlp: gatedMlp({ ...sizes }),
    })
    return causalLm({
      config,
      className,
      family: 'cohere',
      name: 'Cohere',
      model: decoderModel('CohereModel', { ...sizes, layers: repeated(sizes.layers, layer), norm }),
      dimensions: decoderDimensions(sizes, { gatedMlp: true }),
    })
  },
}
