import { llamaAttention } from '../blocks/attention.js'
import { parallelLayer } from '../blocks/decoder-layer.js'
import { expertsBlock, fusedExperts, MERGED_GATED_EXPERTS, router, sparseFrom } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { fullLayers, layerTypes, slidingBut, slidingWindow, windowOf } from '../blocks/layer-types.js'
import { layerNorm } from '../blocks/norm.js'
import type { ConfigReader } from '../config-reader.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN_OF_ROUTED_EXPERTS } from '../tensor-plan.js'

/** Cohere's mixtures of experts (Cohere 2026, https://cohere.com): Command A's layers with routed and shared experts. */
export const cohere2Moe = decoderFamily({
  modelType: 'cohere2_moe',
  needsWindow: 'always',
  name: 'Cohere2Moe',
  defaults: {
    vocab_size: 256_000,
    hidden_size: 8192,
    intermediate_size: 22_528,
    num_hidden_layers: 40,
    num_attention_heads: 64,
    head_dim: 128,
    max_position_embeddings: 8192,
    tie_word_embeddings: true,
  },
  attentionPattern(config, layers) {
    const dense = denseLayers(config)
    const before = slidingBut(config.positive('prefix_dense_sliding_window_pattern', 1))
    const after = slidingBut(config.positive('sliding_window_pattern', 4))
    const types = layerTypes(config, layers, (index) => (index < dense ? before(index) : after(index - dense)))
    const rotated = config.integer('prefix_dense_sliding_window_pattern', 1) === 1 ? dense : 0
    return {
      ...windowOf(types, slidingWindow(config, 4096)),
      unrotatedLayers: fullLayers(types).filter((index) => index >= rotated),
    }
  },
  attention: (sizes, config) => llamaAttention(sizes, config),
  mlp: (sizes, config) => gatedMlp({ ...sizes, ffnSize: config.integer('prefix_dense_intermediate_size', 0) }),
  mixture(sizes, config) {
    const { hiddenSize, ffnSize } = sizes
    const routing = {
      experts: config.integer('num_experts', 8),
      expertsPerToken: config.integer('num_experts_per_tok', 2),
    }
    const shared = config.integer('num_shared_experts', 0)
    return {
      routing,
      ffnSize,
      shared,
      block: expertsBlock('Cohere2MoeSparseMoeBlock', {
        gate: router(routing.experts, hiddenSize),
        experts: fusedExperts({ ...sizes, ...routing }),
        shared_experts: shared > 0 ? gatedMlp({ hiddenSize, ffnSize: ffnSize * shared }) : undefined,
      }),
      isSparse: sparseFrom(config, denseLayers(config)),
    }
  },
  layer: parallelLayer,
  norm: (size) => layerNorm(size, { bias: false }),
  mergedLayers: MERGED_GATED_EXPERTS,
  forward: (config) => ({
    rotation: { features: 'all', float32: 'inputs', frequencies: 'modelTwice' },
    masks: { unusedWindow: slidingWindow(config, 4096) },
    norm: config.has('rms_norm_eps') ? 'rmsNorm' : 'layerNormWrittenOut',
    feedForward: {
      activation: config.string('hidden_act', 'silu'),
      mixture: {
        router: {
          logits: 'model',
          ...(config.string('expert_selection_fn', 'softmax') === 'sigmoid'
            ? { behind: 'sigmoid', divided: config.boolean('norm_topk_prob', true) ? 'apart' : 'no' }
            : { behind: 'softmax' }),
          narrowed: true,
        },
        joined: config.string('shared_expert_combination_strategy', 'average') === 'average' ? 'average' : 'sum',
        dispatch: 'grouped',
      },
    },
    residual: { order: 'parallel', keepsNormalised: true, sum: 'residualFirst' },
    logits: { form: 'scaled' },
  }),
  tensorPlan: PLAN_OF_ROUTED_EXPERTS,
})

/** The layers before the first with experts. */
function denseLayers(config: ConfigReader): number {
  return config.integer('first_k_dense_replace', 0)
}
