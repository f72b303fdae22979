import { llamaAttention } from '../blocks/attention.js'
import { parallelLayer } from '../blocks/decoder-layer.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { layerNorm } from '../blocks/norm.js'
import type { Module } from '../module.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN } from '../tensor-plan.js'

/**
 * Command R (Cohere 2024, https://cohere.com/blog/command-r): parallel attention and MLP, norms without a bias.
 */
export const cohere = decoderFamily({
  modelType: 'cohere',
  name: 'Cohere',
  defaults: {
    vocab_size: 256_000,
    hidden_size: 8192,
    intermediate_size: 22_528,
    num_hidden_layers: 40,
    num_attention_heads: 64,
    max_position_embeddings: 8192,
    tie_word_embeddings: true,
  },
  norm: (size) => layerNorm(size, { bias: false }),
  attention(sizes, config) {
    const headNorm = (heads: number): Module => ({
      ...layerNorm(sizes.hiddenSize),
      parameters: { weight: [heads, sizes.headDim] },
    })
    const norms = { q_norm: headNorm(sizes.heads), k_norm: headNorm(sizes.kvHeads) }
    return llamaAttention(sizes, config, config.boolean('use_qk_norm', false) ? norms : {})
  },
  mlp: gatedMlp,
  layer: parallelLayer,
  forward: (config) => ({
    rotation: { features: 'all', float32: 'inputs' },
    norm: 'layerNormWrittenOut',
    attention: { headNorms: 'allProjected' },
    feedForward: { activation: config.string('hidden_act', 'silu') },
    residual: { order: 'parallel', keepsNormalised: true, sum: 'residualFirst' },
    logits: { form: 'scaled' },
  }),
  tensorPlan: PLAN,
})
