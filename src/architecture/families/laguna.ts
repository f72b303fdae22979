import { headNorms, llamaAttention } from '../blocks/attention.js'
import { expertsBlock, fusedExperts, router, sparseFrom } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { layerTypes, slidingWindow, windowOf } from '../blocks/layer-types.js'
import { linear } from '../blocks/linear.js'
import { rotationOfKinds } from '../forward/rotation.js'
import { range } from '../module.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { NOT_REPLAYED } from '../tensor-plan.js'

/** Laguna (Poolside 2026, https://poolside.ai): gates on the output of attention, and layers with different numbers of heads. */
export const laguna = decoderFamily({
  modelType: 'laguna',
  needsWindow: 'always',
  name: 'Laguna',
  defaults: {
    vocab_size: 100_352,
    hidden_size: 2048,
    intermediate_size: 8192,
    num_hidden_layers: 40,
    num_attention_heads: 48,
    num_key_value_heads: 8,
    head_dim: 128,
    max_position_embeddings: 131_072,
    tie_word_embeddings: false,
  },
  attentionPattern: (config, layers) =>
    windowOf(
      layerTypes(config, layers, () => 'full_attention'),
      slidingWindow(config, 512),
    ),
  attentionKinds(config, layers) {
    const heads = config.integers('num_attention_heads_per_layer')
    return range(layers).map((index) => String(heads?.[index] ?? ''))
  },
  attention(sizes, config, kind) {
    const { hiddenSize, headDim } = sizes
    const heads = kind === '' ? sizes.heads : Number(kind)
    const gating = config.raw('gating') ?? true
    const gates = gating === true || gating === 'per-head' ? heads : heads * headDim
    return llamaAttention({ ...sizes, heads }, config, { ...headNorms(sizes), g_proj: linear(hiddenSize, gates) })
  },
  mlp: gatedMlp,
  mixture({ hiddenSize }, config) {
    const routing = {
      experts: config.integer('num_experts', 256),
      expertsPerToken: config.integer('num_experts_per_tok', 8),
    }
    const ffnSize = config.integer('moe_intermediate_size', 512)
    const gate = router(routing.experts, hiddenSize)
    return {
      routing,
      ffnSize,
      shared: 1,
      block: expertsBlock('LagunaSparseMoeBlock', {
        experts: fusedExperts({ hiddenSize, ffnSize, ...routing }),
        gate: { ...gate, parameters: { ...gate.parameters, e_score_correction_bias: [routing.experts] } },
        shared_experts: gatedMlp({ hiddenSize, ffnSize: config.integer('shared_expert_intermediate_size', 512) }),
      }),
      isSparse: sparseFrom(config, 1),
    }
  },
  forward: (config, dimensions) => ({
    rotation: rotationOfKinds(config, dimensions, { full: 0.5, window: 1, unstated: 1 }),
    norm: 'rmsNorm',
    attention: {
      headNorms: 'allProjected',
      outputGate: { layer: 'g_proj', projected: 'behind', opens: 'softplus' },
    },
    feedForward: {
      activation: config.string('hidden_act', 'silu'),
      mixture: {
        sharedFirst: true,
        router: {
          logits: 'castToFloat32',
          capped: config.number('moe_router_logit_softcapping', 0) > 0,
          scores: 'sigmoid',
          biased: true,
          divided: 'apart',
          narrowed: true,
        },
        scalesRouted: true,
        dispatch: 'grouped',
        untrainedParameters: ['.e_score_correction_bias'],
      },
    },
  }),
  undivided: NOT_REPLAYED,
})
