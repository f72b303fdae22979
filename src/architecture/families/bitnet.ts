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
 * BitNet b1.58 (Ma et al. 2025, arXiv:2504.12285): Llama with a norm before each way out of a block, so that the
 * ternary weights there see normalised inputs.
 */
export const bitnet: Family = {
  modelTypes: ['bitnet'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 128_256,
      hidden_size: 2560,
      intermediate_size: 6912,
      num_hidden_layers: 30,
      num_attention_heads: 20,
      num_key_value_heads: 5,
      max_position_embeddings: 2048,
      tie_word_embeddings: false,
    })
    const norm = rmsNorm(sizes.hiddenSize)
    const bias = config.boolean('attention_bias', false)
    const mlp = gatedMlp({ ...sizes })
    const layer = preNormLayer('BitNetDecoderLayer', {
      norm,
      attention: attention({ ...sizes, qkvBias: bias, outputBias: bias, also: { attn_sub_norm: norm } }),
      mlp: { ...mlp, children: { ...mlp.children, ffn_sub_norm: rmsNorm(sizes.ffnSize) } },
    })
    return causalLm({
      config,
      className,
      family: 'bitnet',
      name: 'BitNet',
      model: decoderModel('BitNetModel', { ...sizes, layers: repeated(sizes.layers, layer), norm }),
      dimensions: decoderDimensions(sizes, { gatedMlp: true }),
    })
  },
}
