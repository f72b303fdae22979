import { parallelLayer } from '../blocks/decoder-layer.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { fullLayers, layerTypes, slidingBut, slidingWindow, windowOf } from '../blocks/layer-types.js'
import { layerNorm } from '../blocks/norm.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN } from '../tensor-plan.js'

/** Command R7B and Command A (Cohere 2025, arXiv:2504.00698): Command R with a window in three layers of four. */
export const cohere2 = decoderFamily({
  modelType: 'cohere2',
  needsWindow: 'always',
  name: 'Cohere2',
  defaults: {
    vocab_size: 256_000,
    hidden_size: 8192,
    intermediate_size: 22_528,
    num_hidden_layers: 40,
    num_attention_heads: 64,
    max_position_embeddings: 8192,
    tie_word_embeddings: true,
  },
  attentionPattern(config, layers) {
    const types = layerTypes(config, layers, slidingBut(config.integer('sliding_window_pattern', 4)))
    // Only the layers with the window rotate queries and keys.
    return { ...windowOf(types, slidingWindow(config, 4096)), unrotatedLayers: fullLayers(types) }
  },
  norm: (size) => layerNorm(size, { bias: false }),
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
