import { attention } from '../blocks/attention.js'
import { causalLm } from '../blocks/causal-lm.js'
import { parallelLayer, preNormLayer } from '../blocks/decoder-layer.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderDimensions, decoderSizes } from '../blocks/decoder-sizes.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { layerNorm } from '../blocks/norm.js'
import type { Family } from '../family.js'
import { container, repeated } from '../module.js'

/**
 * StableLM 2 and StableLM 3B (Bellagente et al. 2024, arXiv:2402.17834): layer norms; with `use_parallel_residual`
 * attention and MLP work side by side.
 */
export const stablelm: Family = {
  modelTypes: ['stablelm'],
  describe(config, className) {
    const sizes = decoderSizes(config, {
      vocab_size: 50_304,
      hidden_size: 2560,
      intermediate_size: 6912,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      num_key_value_heads: 32,
      head_dim: false,
      max_position_embeddings: 4096,
      tie_word_embeddings: false,
    })
    const norm = layerNorm(sizes.hiddenSize)
    const qkvBias = config.boolean('use_qkv_bias', false)
    const normPerHead = (heads: number) =>
      container('StableLmLayerNormPerHead', { norms: repeated(heads, layerNorm(sizes.headDim, { bias: false })) })
    const also = config.boolean('qk_layernorm', false)
      ? { q_layernorm: normPerHead(sizes.heads), k_layernorm: normPerHead(sizes.kvHeads) }
      : {}
    const decoderLayer = config.boolean('use_parallel_residual', false) ? parallelLayer : preNormLayer
    const layer = decoderLayer('StableLmDecoderLayer', {
      norm,
      attention: attention({ ...sizes, qkvBias, also }),
      mlp: gatedMlp({ ...sizes }),
    })
    return causalLm({
      config,
      className,
      family: 'stablelm',
      name: 'StableLm',
      model: decoderModel('StableLmModel', { ...sizes, layers: repeated(sizes.layers, layer), norm }),
      dimensions: decoderDimensions(sizes, { gatedMlp: true }),
    })
  },
}
