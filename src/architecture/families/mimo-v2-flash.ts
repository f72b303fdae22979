import { fusedMixture, sparseFrom } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { layerTypes, slidingWindow, windowOf } from '../blocks/layer-types.js'
import { linear } from '../blocks/linear.js'
import type { ConfigReader } from '../config-reader.js'
import { groupedDeepseekMixture } from '../forward/deepseek-mixture.js'
import { rotationOfKinds } from '../forward/rotation.js'
import { container } from '../module.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { NOT_REPLAYED } from '../tensor-plan.js'

/**
 * MiMo-V2-Flash (Xiaomi 2026, arXiv:2601.02780): in five layers of six short windows, attention sinks and twice the key-value
 * heads.
 */
export const mimoV2Flash = decoderFamily({
  modelType: 'mimo_v2_flash',
  needsWindow: 'always',
  name: 'MiMoV2Flash',
  attributeMap: { num_local_experts: 'n_routed_experts' },
  defaults: {
    vocab_size: 152_576,
    hidden_size: 4096,
    intermediate_size: 16_384,
    num_hidden_layers: 48,
    num_attention_heads: 64,
    num_key_value_heads: 4,
    head_dim: 192,
    max_position_embeddings: 131_072,
    tie_word_embeddings: false,
  },
  attentionPattern: (config, layers) =>
    windowOf(
      attentionTypes(config, layers),
      config.has('sliding_window_size') ? config.integer('sliding_window_size', 128) + 1 : slidingWindow(config, 129),
    ),
  attentionKinds: attentionTypes,
  attention({ hiddenSize, heads, kvHeads: fullHeads, headDim }, config, kind) {
    const isWindowed = kind === 'sliding_attention'
    const kvHeads = isWindowed ? 2 * fullHeads : fullHeads
    const valueDim = config.integer('v_head_dim', 128)
    const bias = config.boolean('attention_bias', false)
    return container(
      'MiMoV2FlashAttention',
      {
        q_proj: linear(hiddenSize, heads * headDim, { bias }),
        k_proj: linear(hiddenSize, kvHeads * headDim, { bias }),
        v_proj: linear(hiddenSize, kvHeads * valueDim, { bias }),
        o_proj: linear(heads * valueDim, hiddenSize),
      },
      { part: 'attention', ...(isWindowed && { parameters: { sinks: [heads] } }) },
    )
  },
  mlp: gatedMlp,
  mixture({ hiddenSize }, config) {
    const routing = {
      experts: config.integer('n_routed_experts', 256),
      expertsPerToken: config.integer('num_experts_per_tok', 8),
    }
    const ffnSize = config.integer('moe_intermediate_size', 2048)
    return {
      routing,
      ffnSize,
      block: fusedMixture('MiMoV2FlashMoE', { hiddenSize, ffnSize, ...routing }, {}, { routerLast: true }),
      isSparse: sparseFrom(config, 1),
    }
  },
  forward: (config, dimensions) => ({
    rotation: rotationOfKinds(config, dimensions, { full: 0.334, window: 0.334, unstated: 0.334 }),
    norm: 'rmsNorm',
    attention: { eagerOnly: true, scaledValues: true, eager: { sinks: 'shifted' } },
    feedForward: { activation: config.string('hidden_act', 'silu'), mixture: groupedDeepseekMixture(config) },
  }),
  undivided: NOT_REPLAYED,
})

/** Full attention in the first layer and in every sixth. */
function attentionTypes(config: ConfigReader, layers: number): readonly string[] {
  return layerTypes(config, layers, (index) =>
    index === 0 || (index + 1) % 6 === 0 ? 'full_attention' : 'sliding_attention',
  )
}
