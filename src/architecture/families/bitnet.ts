import { llamaAttention } from '../blocks/attention.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { rmsNorm } from '../blocks/norm.js'
import { decoderFamily } from '../shapes/decoder-family.js'

/**
 * BitNet b1.58 (Ma et al. 2025, arXiv:2504.12285): Llama with a norm before the output projection of each block, so that the
 * ternary weights there see normalised inputs.
 */
export const bitnet = decoderFamily({
  modelType: 'bitnet',
  name: 'BitNet',
  defaults: {
    vocab_size: 128_256,
    hidden_size: 2560,
    intermediate_size: 6912,
    num_hidden_layers: 30,
    num_attention_heads: 20,
    num_key_value_heads: 5,
    max_position_embeddings: 2048,
    tie_word_embeddings: false,
  },
  attention: (sizes, config) => llamaAttention(sizes, config, { attn_sub_norm: rmsNorm(sizes.hiddenSize) }),
  mlp(sizes) {
    const mlp = gatedMlp(sizes)
    return { ...mlp, children: { ...mlp.children, ffn_sub_norm: rmsNorm(sizes.ffnSize) } }
  },
  forward: (config) => ({
    rotation: { features: 'all' },
    norm: 'rmsNorm',
    feedForward: { activation: config.string('hidden_act', 'relu2') },
  }),
})
