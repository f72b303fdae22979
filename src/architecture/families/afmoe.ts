import { headNorms, llamaAttention } from '../blocks/attention.js'
import { fusedExperts, MERGED_GATED_EXPERTS } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { fullLayers, layerTypes, slidingBut, slidingWindow, windowOf } from '../blocks/layer-types.js'
import { linear } from '../blocks/linear.js'
import { container } from '../module.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { PLAN_OF_VOCABULARY } from '../tensor-plan.js'

/** Trinity (Arcee AI 2026, https://github.com/arcee-ai): a gate on the output of attention, routed and shared experts, four norms a layer. */
export const afmoe = decoderFamily({
  modelType: 'afmoe',
  needsWindow: 'always',
  name: 'Afmoe',
  defaults: {
    vocab_size: 200_192,
    hidden_size: 2048,
    intermediate_size: 6144,
    num_hidden_layers: 32,
    num_attention_heads: 16,
    head_dim: 128,
    max_position_embeddings: 16_384,
    tie_word_embeddings: false,
  },
  attentionPattern(config, layers) {
    const types = layerTypes(config, layers, slidingBut(config.integer('global_attn_every_n_layers', 4)))
    // Only the layers with the window rotate queries and keys.
    return { ...windowOf(types, slidingWindow(config, 1024)), unrotatedLayers: fullLayers(types) }
  },
  attention: (sizes, config) =>
    llamaAttention(sizes, config, {
      ...headNorms(sizes),
      gate_proj: linear(sizes.hiddenSize, sizes.heads * sizes.headDim),
    }),
  mlp: gatedMlp,
  mixture({ hiddenSize }, config) {
    const routing = {
      experts: config.integer('num_experts', 64),
      expertsPerToken: config.integer('num_experts_per_tok', 6),
    }
    const ffnSize = config.integer('moe_intermediate_size', 1408)
    const shared = config.integer('num_shared_experts', 2)
    const denseLayers = config.integer('num_dense_layers', 1)
    const block = container(
      'AfmoeSparseMoeBlock',
      {
        router: container('AfmoeTokenChoiceRouter', { gate: linear(hiddenSize, routing.experts) }),
        shared_experts: gatedMlp({ hiddenSize, ffnSize: ffnSize * shared }),
        experts: fusedExperts({ hiddenSize, ffnSize, ...routing }),
      },
      { part: 'experts', parameters: { expert_bias: [routing.experts] } },
    )
    return { routing, ffnSize, shared, block, isSparse: (index) => index >= denseLayers }
  },
  layer: (type, { norm, attention, mlp }) =>
    container(type, {
      self_attn: attention,
      input_layernorm: norm,
      post_attention_layernorm: norm,
      pre_mlp_layernorm: norm,
      post_mlp_layernorm: norm,
      mlp,
    }),
  mergedLayers: MERGED_GATED_EXPERTS,
  keptInFloat32: [
    'input_layernorm',
    'post_attention_layernorm',
    'pre_mlp_layernorm',
    'post_mlp_layernorm',
    'q_norm',
    'k_norm',
    'norm',
  ],
  forward: (config) => ({
    ...(config.boolean('mup_enabled', false) && { embedding: 'scaledInModel' }),
    rotation: { features: 'all', frequencies: 'modelTwice' },
    masks: { unusedWindow: slidingWindow(config, 1024) },
    norm: 'rmsNormFloat32Product',
    attention: {
      headNorms: 'allProjected',
      outputGate: { layer: 'gate_proj', projected: 'withValues', opens: 'sigmoid' },
    },
    feedForward: {
      activation: config.string('hidden_act', 'silu'),
      mixture: {
        sharedFirst: 'behindRouter',
        router: {
          logits: 'castToFloat32',
          isLayer: true,
          scores: 'sigmoid',
          biased: true,
          divided: 'apart',
          sum: 'shifted',
          scaled: true,
        },
        dispatch: 'grouped',
        float32Parameters: ['.expert_bias'],
        untrainedParameters: ['.expert_bias'],
      },
    },
  }),
  tensorPlan: PLAN_OF_VOCABULARY,
})
