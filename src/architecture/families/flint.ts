import { headNorms, llamaAttention } from '../blocks/attention.js'
import { fusedMixture } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { fullLayers, layerTypes, slidingWindow, windowOf } from '../blocks/layer-types.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN_OF_FEED_FORWARD } from '../tensor-plan.js'

/** Flint (2026, in transformers 5.24): Qwen 3's mixture with a shared expert, attention sinks, and a window in most layers. */
export const flint = decoderFamily({
  modelType: 'flint',
  needsWindow: 'always',
  name: 'Flint',
  defaults: {
    vocab_size: 150_144,
    hidden_size: 2048,
    intermediate_size: 6144,
    num_hidden_layers: 49,
    num_attention_heads: 32,
    num_key_value_heads: 4,
    head_dim: 128,
    max_position_embeddings: 262_144,
    tie_word_embeddings: false,
  },
  attentionPattern(config, layers) {
    const types = layerTypes(config, layers, (index) =>
      index < 2 || index % 4 === 1 || index === layers - 1 ? 'full_attention' : 'sliding_attention',
    )
    // Only the layers with the window rotate queries and keys.
    return { ...windowOf(types, slidingWindow(config, 513)), unrotatedLayers: fullLayers(types) }
  },
  attention: (sizes, config) => ({
    ...llamaAttention(sizes, config, headNorms(sizes)),
    parameters: { sinks: [sizes.heads] },
  }),
  mlp: gatedMlp,
  mixture({ hiddenSize }, config) {
    const routing = {
      experts: config.positive('num_experts', 256),
      expertsPerToken: config.positive('num_experts_per_tok', 6),
    }
    const ffnSize = config.integer('moe_intermediate_size', 512)
    const dense = new Set(config.integers('mlp_only_layers') ?? [0, 1])
    const step = config.positive('decoder_sparse_step', 1)
    return {
      routing,
      ffnSize,
      shared: 1,
      block: fusedMixture(
        'FlintSparseMoeBlock',
        { hiddenSize, ffnSize, ...routing },
        {
          shared_expert: gatedMlp({ hiddenSize, ffnSize: config.integer('shared_expert_intermediate_size', 1024) }),
        },
        { routerLast: true },
      ),
      isSparse: (index) => !dense.has(index) && (index + 1) % step === 0,
    }
  },
  forward: (config) => ({
    rotation: { features: 'all', frequencies: 'modelTwice' },
    masks: { unusedWindow: slidingWindow(config, 513) },
    norm: 'rmsNormFloat32Product',
    attention: { eagerOnly: true, eager: { float32Inputs: true, scoresWithoutAutocast: true, sinks: 'inOne' } },
    feedForward: {
      activation: config.string('hidden_act', 'silu'),
      mixture: {
        router: {
          logits: 'float32',
          withoutAutocast: true,
          scores: 'sigmoid',
          divided: config.boolean('norm_topk_prob', true) ? 'apart' : 'no',
        },
        dispatch: 'grouped',
        float32Parameters: ['.mlp.gate.weight', '.sinks'],
      },
    },
  }),
  tensorPlan: PLAN_OF_FEED_FORWARD,
})
