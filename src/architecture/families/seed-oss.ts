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
 * Seed-OSS (ByteDance Seed 2025, https://github.com/ByteDance-Seed/seed-oss): Llama with biases of queries, keys and
 * values.
 */
export const seedOss: Family = {
  modelTypes: ['seed_oss'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 155_136,
      hidden_size: 4096,
      intermediate_size: 27_648,
      num_hidden_layers: 64,
      num_attention_heads: 80,
      num_key_value_heads: 8,
      head_dim: 128,
      max_position_embeddings: 524_288,
      tie_word_embeddings: false,
    })
    const norm = rmsNorm(sizes.hiddenSize)
    const qkvBias = config.boolean('attention_bias', true)
    const outputBias = config.boolean('attention_out_bias', false)
    const layer = preNormLayer('SeedOssDecoderLayer', {
      norm,
      attention: attention({ ...sizes, qkvBias, outputBias }),
      mlp: gatedMlp({ ...sizes, bias: config.boolean('mlp_bias', false) }),
    })
    return causalLm({
      config,
      className,
      family: 'seed_oss',
      name: 'SeedOss',
      model: decoderModel('SeedOssModel', { ...sizes, layers: repeated(sizes.layers, layer), norm }),
      questionAnsweringPrefix: 'transformer',
      dimensions: decoderDimensions(sizes, { gatedMlp: true }),
    })
  },
}
