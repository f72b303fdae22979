import { causalLm } from '../blocks/causal-lm.js'
import { preNormLayer } from '../blocks/decoder-layer.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions, decoderSizes } from '../blocks/decoder-sizes.js'
import { fusedGatedMlp } from '../blocks/gated-mlp.js'
import { linear } from '../blocks/linear.js'
import { rmsNorm } from '../blocks/norm.js'
import type { Family } from '../family.js'
import { container, repeated } from '../module.js'

/**
 * Phi-3 and Phi-4 (Abdin et al. 2024, arXiv:2404.14219): Llama with queries, keys and values in one projection, gate
 * and way up in another.
 */
export const phi3: Family = {
  modelTypes: ['phi3'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 32_064,
      hidden_size: 3072,
      intermediate_size: 8192,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      max_position_embeddings: 4096,
      tie_word_embeddings: false,
    })
    const norm = rmsNorm(sizes.hiddenSize)
    const { hiddenSize, heads, kvHeads, headDim } = sizes
    const selfAttention = container(
      'Phi3Attention',
      {
        qkv_proj: linear(hiddenSize, (heads + 2 * kvHeads) * headDim),
        o_proj: linear(heads * headDim, hiddenSize),
      },
      { part: 'attention' },
    )
    const layer = preNormLayer('Phi3DecoderLayer', { norm, attention: selfAttention, mlp: fusedGatedMlp({ ...sizes }) })
    return causalLm({
      config,
      className,
      family: 'phi3',
      name: 'Phi3',
      model: decoderModel('Phi3Model', { ...sizes, layers: repeated(sizes.layers, layer), norm }),
      dimensions: decoderDimensions(sizes, { gatedMlp: true, windowTokens: config.optionalInteger('sliding_window') }),
    })
  },
}
