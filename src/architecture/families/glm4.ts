import { attention } from '../blocks/attention.js'
import { causalLm } from '../blocks/causal-lm.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions, decoderSizes } from '../blocks/decoder-sizes.js'
import { fusedGatedMlp } from '../blocks/gated-mlp.js'
import { rmsNorm } from '../blocks/norm.js'
import type { Family } from '../family.js'
import { container, repeated } from '../module.js'

/** GLM-4-0414 (Z.ai 2025, https://github.com/zai-org/GLM-4): GLM with norms on both sides of each block. */
export const glm4: Family = {
  modelTypes: ['glm4'],
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
    const layer = container('Glm4DecoderLayer', {
      input_layernorm: norm,
      self_attn: attention({ ...sizes, qkvBias: bias }),
      post_self_attn_layernorm: norm,
      post_attention_layernorm: norm,
      mlp: fusedGatedMlp({ ...sizes }),
      post_mlp_layernorm: norm,
    })
    return causalLm({
      config,
      className,
      family: 'glm4',
      name: 'Glm4',
      model: decoderModel('Glm4Model', { ...sizes, layers: repeated(sizes.layers, layer), norm }),
      dimensions: decoderDimensions(sizes, { gatedMlp: true }),
    })
  },
}
