import { attention, headNorms } from '../blocks/attention.js'
import { sandwichLayer } from '../blocks/decoder-layer.js'
import { fusedMixture, MERGED_GATED_EXPERTS, sparseFrom } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { fullLayers, layerTypes, slidingWindow, windowOf } from '../blocks/layer-types.js'
import { linear } from '../blocks/linear.js'
import type { Dimensions } from '../dimensions.js'
import { hasLimit } from '../forward/limits.js'
import { tablesOfKinds } from '../forward/rotation.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { NOT_REPLAYED } from '../tensor-plan.js'

/** Beam (2026, in transformers 5.24): experts from the fourth layer on, gates on the output of attention, and a window in five layers of six. */
export const beam = decoderFamily({
  modelType: 'beam',
  needsWindow: 'usual',
  name: 'Beam',
  defaults: {
    vocab_size: 151_936,
    hidden_size: 5120,
    intermediate_size: 20_480,
    num_hidden_layers: 52,
    num_attention_heads: 48,
    num_key_value_heads: 8,
    head_dim: 128,
    max_position_embeddings: 8192,
    tie_word_embeddings: false,
  },
  attentionPattern(config, layers) {
    const types = layerTypes(config, layers, (index) =>
      (index + 1) % 6 === 0 || index === layers - 1 ? 'full_attention' : 'sliding_attention',
    )
    const rotatesAll = config.object('rope_parameters').has('full_attention')
    return { ...windowOf(types, slidingWindow(config, 512)), unrotatedLayers: rotatesAll ? [] : fullLayers(types) }
  },
  attention(sizes, config) {
    const { hiddenSize, heads, headDim } = sizes
    const bias = config.boolean('attention_bias', false)
    return attention({
      ...sizes,
      qkvBias: bias,
      outputBias: bias,
      also: { ...headNorms(sizes), gate_proj: linear(hiddenSize, heads * headDim) },
      parameters: { gate_bias: [heads] },
    })
  },
  mlp: gatedMlp,
  layer: sandwichLayer,
  mixture({ hiddenSize }, config) {
    const routing = {
      experts: config.positive('num_experts', 256),
      expertsPerToken: config.positive('num_experts_per_tok', 8),
    }
    const ffnSize = config.integer('moe_intermediate_size', 2560)
    return {
      routing,
      ffnSize,
      block: fusedMixture('BeamSparseMoeBlock', { hiddenSize, ffnSize, ...routing }, {}, { routerLast: true }),
      isSparse: sparseFrom(config, 3),
    }
  },
  mergedLayers: MERGED_GATED_EXPERTS,
  forward: (config, dimensions) => ({
    ...(rotates(dimensions) && {
      rotation: {
        features: 'all',
        float32: 'tables',
        tables: dimensions.unrotatedLayers?.length ? 'one' : tablesOfKinds(dimensions),
        receivers: 'rotated',
        frequencies: 'modelTwice',
      },
    }),
    norm: 'rmsNormFloat32Product',
    attention: {
      scaledWhereUnrotated: true,
      outputGate: { layer: 'gate_proj', projected: 'behind', opens: 'sigmoid', bias: 'gate_bias' },
    },
    feedForward: {
      activation: config.string('hidden_act', 'silu'),
      float32: true,
      mixture: {
        router: {
          logits: 'float32',
          scores: 'sigmoid',
          biased: true,
          divided: config.boolean('norm_topk_prob', true) ? 'inPlace' : 'no',
          sum: 'shifted',
        },
        scalesRouted: true,
        dispatch: 'grouped',
        float32Parameters: ['.mlp.gate.weight'],
        routerBuffer: 'float32',
      },
    },
    residual: { order: 'sequential', scaled: 'both' },
    ...(hasLimit(config, 'final_logit_softcapping', true) && { logits: { form: 'cappedInFloat32' } }),
  }),
  undivided: NOT_REPLAYED,
})

/** Whether any layer rotates queries and keys. */
function rotates({ layers, unrotatedLayers = [] }: Dimensions): boolean {
  return unrotatedLayers.length < layers
}
