import { jointNorms, llamaAttention } from '../blocks/attention.js'
import { postNormLayer } from '../blocks/decoder-layer.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN_OF_WHOLE_ATTENTION } from '../tensor-plan.js'

/** OLMo 2 (OLMo team 2025, arXiv:2501.00656): norms after the blocks, and of all queries and all keys. */
export const olmo2 = decoderFamily({
  modelType: 'olmo2',
  liger: { norms: 'beside', keeps: ['headNorms'] },
  name: 'Olmo2',
  defaults: {
    vocab_size: 50_304,
    hidden_size: 4096,
    intermediate_size: 11_008,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    max_position_embeddings: 2048,
    tie_word_embeddings: false,
  },
  attention: (sizes, config) => llamaAttention(sizes, config, jointNorms(sizes)),
  mlp: gatedMlp,
  layer: postNormLayer,
  forward: (config) => ({
    rotation: { features: 'all', float32: 'tables' },
    norm: 'rmsNormFloat32Product',
    feedForward: { activation: config.string('hidden_act', 'silu') },
  }),
  tensorPlan: PLAN_OF_WHOLE_ATTENTION,
})
