import { causalLm } from '../blocks/causal-lm.js'
import { preNormLayer } from '../blocks/decoder-layer.js'
import { decoderDimensions, decoderSizes } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import type { Family } from '../family.js'
import { container, repeated } from '../module.js'

/** Persimmon 8B (Adept 2023, https://www.adept.ai/blog/persimmon-8b): queries, keys and values in one projection. */
export const persimmon: Family = {
  modelTypes: ['persimmon'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 262_144,
      hidden_size: 4096,
      intermediate_size: 16_384,
      num_hidden_layers: 36,
      num_attention_heads: 64,
      head_dim: false,
      max_position_embeddings: 16_384,
      tie_word_embeddings: false,
    })
    const norm = layerNorm(sizes.hiddenSize)
    const { hiddenSize, headDim } = sizes
    const headNorm = config.boolean('qk_layernorm', true) ? layerNorm(headDim) : undefined
    const selfAttention = container(
      'PersimmonAttention',
      {
        query_key_value: linear(hiddenSize, 3 * hiddenSize, { bias: true }),
        q_layernorm: headNorm,
        k_layernorm: headNorm,
        dense: linear(hiddenSize, hiddenSize, { bias: true }),
      },
      { part: 'attention' },
    )
    const mlp = plainMlp({ ...sizes, bias: true, names: ['dense_h_to_4h', 'dense_4h_to_h'] })
    const layer = preNormLayer('PersimmonDecoderLayer', { norm, attention: selfAttention, mlp })
    return causalLm({
      config,
      className,
      family: 'persimmon',
      name: 'Persimmon',
      model: container('PersimmonModel', {
        embed_tokens: embedding(sizes.vocabSize, hiddenSize),
        layers: repeated(sizes.layers, layer),
        final_layernorm: norm,
      }),

      dimensions: decoderDimensions(sizes, { gatedMlp: false }),
    })
  },
}
