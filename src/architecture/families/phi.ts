import { attention } from '../blocks/attention.js'
import { causalLm } from '../blocks/causal-lm.js'
import { parallelLayer } from '../blocks/decoder-layer.js'
import { decoderDimensions, decoderSizes } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { layerNorm } from '../blocks/norm.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import type { Family } from '../family.js'
import { container, repeated } from '../module.js'

/**
 * Phi-1, Phi-1.5 and Phi-2 (Gunasekar et al. 2023, arXiv:2306.11644; Li et al. 2023, arXiv:2309.05463): attention and
 * plain MLP side by side, biases everywhere.
 */
export const phi: Family = {
  modelTypes: ['phi'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 51_200,
      hidden_size: 2048,
      intermediate_size: 8192,
      num_hidden_layers: 24,
      num_attention_heads: 32,
      max_position_embeddings: 2048,
      tie_word_embeddings: false,
    })
    const norm = layerNorm(sizes.hiddenSize)
    // The norm of a head is as wide as if head_dim were not set.
    const headNorm = layerNorm(Math.floor(sizes.hiddenSize / sizes.heads))
    const also = config.boolean('qk_layernorm', false) ? { q_layernorm: headNorm, k_layernorm: headNorm } : {}
    const layer = parallelLayer('PhiDecoderLayer', {
      norm,
      attention: attention({ ...sizes, qkvBias: true, outputBias: true, outputName: 'dense', also }),
      mlp: plainMlp({ ...sizes, bias: true, names: ['fc1', 'fc2'] }),
    })
    return causalLm({
      config,
      className,
      family: 'phi',
      name: 'Phi',
      model: container('PhiModel', {
        embed_tokens: embedding(sizes.vocabSize, sizes.hiddenSize),
        layers: repeated(sizes.layers, layer),
        final_layernorm: norm,
      }),
      headBias: true,
      dimensions: decoderDimensions(sizes, { gatedMlp: false }),
    })
  },
}
