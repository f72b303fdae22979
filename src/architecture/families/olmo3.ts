import { jointNorms, llamaAttention } from '../blocks/attention.js'
import { postNormLayer } from '../blocks/decoder-layer.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { layerTypes, slidingBut, slidingWindow, windowOf } from '../blocks/layer-types.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN_OF_WHOLE_ATTENTION } from '../tensor-plan.js'

/** Olmo 3 (Olmo team 2025, arXiv:2512.13961): OLMo 2 with a window in three layers of four. */
export const olmo3 = decoderFamily({
  modelType: 'olmo3',
  liger: { norms: 'beside', keeps: ['headNorms'] },
  needsWindow: 'always',
  name: 'Olmo3',
  defaults: {
    vocab_size: 50_304,
    hidden_size: 4096,
    intermediate_size: 11_008,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    max_position_embeddings: 2048,
    tie_word_embeddings: false,
  },
  attentionPattern: (config, layers) =>
    windowOf(layerTypes(config, layers, slidingBut(4)), slidingWindow(config, 4096)),
  attention: (sizes, config) => llamaAttention(sizes, config, jointNorms(sizes)),
  mlp: gatedMlp,
  layer: postNormLayer,
  forward: (config) => ({
    rotation: { features: 'all', float32: 'tables', tables: 'two' },
    norm: 'rmsNormFloat32Product',
    feedForward: { activation: config.string('hidden_act', 'silu') },
  }),
  tensorPlan: PLAN_OF_WHOLE_ATTENTION,
})
