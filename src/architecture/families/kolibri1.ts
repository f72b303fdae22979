import { attention, headNorms } from '../blocks/attention.js'
import { fusedMixture } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { glm4Layer } from '../blocks/glm4-layer.js'
import { fullLayers, layerTypes, slidingBut, slidingWindow, windowOf } from '../blocks/layer-types.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN } from '../tensor-plan.js'

/** Kolibri 1 (2026, in transformers 5.24): many small experts in every layer, a window in four layers of five, and norms around each block. */
export const kolibri1 = decoderFamily({
  modelType: 'kolibri1',
  needsWindow: 'always',
  name: 'Kolibri1',
  defaults: {
    vocab_size: 128_000,
    hidden_size: 2560,
    intermediate_size: 512,
    num_hidden_layers: 50,
    num_attention_heads: 48,
    num_key_value_heads: 4,
    head_dim: 128,
    max_position_embeddings: 262_144,
    tie_word_embeddings: false,
  },
  attentionPattern(config, layers) {
    const types = layerTypes(config, layers, slidingBut(5))
    const windowSize = slidingWindow(config, 513)
    // Only the layers with the window rotate queries and keys, if there is one.
    return { ...windowOf(types, windowSize), unrotatedLayers: windowSize === undefined ? [] : fullLayers(types) }
  },
  attention: (sizes) => attention({ ...sizes, also: headNorms(sizes) }),
  layer: glm4Layer,
  mixture({ hiddenSize }, config) {
    const routing = {
      // The class declares the second name and takes the first one after it.
      experts: config.positive(['num_local_experts', 'num_experts'], 384),
      expertsPerToken: config.positive('num_experts_per_tok', 6),
    }
    const ffnSize = config.integer('moe_intermediate_size', 512)
    const sharedSize = config.integer('shared_expert_intermediate_size', 512)
    return {
      routing,
      ffnSize,
      shared: 1,
      block: fusedMixture(
        'Kolibri1SparseMoeBlock',
        { hiddenSize, ffnSize, ...routing },
        {
          shared_experts: gatedMlp({ hiddenSize, ffnSize: sharedSize }),
        },
        { routerLast: true },
      ),
    }
  },
  dimensions: (_, config) => ({ ffnHiddenSize: config.integer('moe_intermediate_size', 512) }),
  forward: (config) => ({
    rotation: { features: 'all', frequencies: 'modelTwice' },
    masks: { unusedWindow: slidingWindow(config, 513) },
    norm: 'rmsNorm',
    attention: { headNorms: 'allProjected' },
    feedForward: {
      activation: config.string('hidden_act', 'silu'),
      mixture: {
        router: {
          logits: 'float32',
          biased: true,
          behind: 'sigmoid',
          divided: config.boolean('norm_topk_prob', false) ? 'apart' : 'no',
        },
        dispatch: 'grouped',
        routerBuffer: 'float32',
      },
    },
  }),
  tensorPlan: PLAN,
})
