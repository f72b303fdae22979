import { attention } from '../blocks/attention.js'
import { parallelLayer, preNormLayer } from '../blocks/decoder-layer.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { layerNorm } from '../blocks/norm.js'
import { partialRotation } from '../forward/rotation.js'
import { container, repeated } from '../module.js'
import { decoderFamily } from '../shapes/decoder-family.js'

/**
 * StableLM 2 and StableLM 3B (Bellagente et al. 2024, arXiv:2402.17834): layer norms; with `use_parallel_residual`
 * attention and MLP run in parallel.
 */
export const stablelm = decoderFamily({
  modelType: 'stablelm',
  name: 'StableLm',
  defaults: {
    vocab_size: 50_304,
    hidden_size: 2560,
    intermediate_size: 6912,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: 32,
    head_dim: false,
    max_position_embeddings: 4096,
    tie_word_embeddings: false,
  },
  norm: (size) => layerNorm(size),
  attention(sizes, config) {
    const perHead = (heads: number) =>
      container('StableLmLayerNormPerHead', { norms: repeated(heads, layerNorm(sizes.headDim, { bias: false })) })
    const also = config.boolean('qk_layernorm', false)
      ? { q_layernorm: perHead(sizes.heads), k_layernorm: perHead(sizes.kvHeads) }
      : {}
    return attention({ ...sizes, qkvBias: config.boolean('use_qkv_bias', false), also })
  },
  mlp: gatedMlp,
  layer: (type, parts, config) =>
    config.boolean('use_parallel_residual', false) ? parallelLayer(type, parts) : preNormLayer(type, parts),
  forward: (config, dimensions) => ({
    masks: { size: 'forAllSequences', givenBehindPrefixes: true },
    rotation: {
      ...partialRotation(config, dimensions, 0.25),
      keepsRotated: true,
      frequencies: 'modelAndAttention',
    },
    norm: 'layerNorm',
    attention: { headNorms: 'allProjected', sharedHeads: 'repeated', keepsProjections: true },
    feedForward: { activation: config.string('hidden_act', 'silu') },
    dropout: {
      fed: config.number('hidden_dropout', 0),
      place: 'behindBlocks',
      fixed: [],
    },
    residual: config.boolean('use_parallel_residual', false)
      ? { order: 'parallel', sum: 'residualFirst', keepsNormalised: true }
      : { order: 'sequential', keepsNormalised: true, keepsAttended: true },
  }),
  loraTargets: ['q_proj', 'v_proj'],
})
