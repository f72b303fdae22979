import { attention, headNorms } from '../blocks/attention.js'
import { fusedMixture } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { layerTypes, slidingWindow, statedSparseLayers, windowOf } from '../blocks/layer-types.js'
import { linear } from '../blocks/linear.js'
import type { ConfigReader } from '../config-reader.js'
import { rotationOfKinds } from '../forward/rotation.js'
import { decoderFamily } from '../shapes/decoder-family.js'
import { NOT_REPLAYED } from '../tensor-plan.js'

/**
 * Step 3.5 Flash (StepFun 2026, arXiv:2602.10604): experts from the fourth layer on, and a gate for each head of attention.
 * Layers with a window may have another number of heads.
 */
export const step3p5 = decoderFamily({
  modelType: 'step3p5',
  needsWindow: 'stated',
  name: 'Step3p5',
  attributeMap: { num_attention_groups: 'num_key_value_heads', share_expert_dims: 'share_expert_dim' },
  defaults: {
    vocab_size: 128_815,
    hidden_size: 4096,
    intermediate_size: 11_264,
    num_hidden_layers: 45,
    num_attention_heads: 64,
    num_key_value_heads: 8,
    head_dim: 128,
    max_position_embeddings: 128_000,
    tie_word_embeddings: false,
  },
  modelName: 'Step3p7TextModel',
  attentionPattern: (config, layers) => windowOf(attentionTypes(config, layers), slidingWindow(config)),
  attentionKinds: attentionTypes,
  attention(sizes, config, kind) {
    const heads = kind === 'sliding_attention' ? slidingHeads(config, sizes.heads) : sizes.heads
    const bias = config.boolean('attention_bias', false)
    const also = { ...headNorms(sizes), g_proj: linear(sizes.hiddenSize, heads) }
    return attention({ ...sizes, heads, qkvBias: bias, outputBias: bias, also })
  },
  mixture({ hiddenSize, layers }, config) {
    const routing = {
      experts: config.positive(['n_routed_experts', 'moe_num_experts', 'num_local_experts'], 288),
      expertsPerToken: config.positive(['num_experts_per_tok', 'moe_top_k'], 8),
    }
    const ffnSize = config.integer('moe_intermediate_size', 1280)
    const sharedSize = config.integer('share_expert_dim', 1280)
    return {
      routing,
      ffnSize,
      shared: 1,
      block: fusedMixture(
        'Step3p7SparseMoeBlock',
        { hiddenSize, ffnSize, ...routing },
        {
          shared_experts: gatedMlp({ hiddenSize, ffnSize: sharedSize, bias: config.boolean('mlp_bias', false) }),
        },
      ),
      isSparse: sparseLayers(config, layers),
    }
  },
  forward: (config, dimensions) => ({
    rotation: rotationOfKinds(config, dimensions, {
      full: rotatedShare(config, dimensions.layers, 'full_attention'),
      window: rotatedShare(config, dimensions.layers, 'sliding_attention'),
      unstated: 1,
    }),
    masks: { unusedWindow: slidingWindow(config) },
    norm: 'rmsNormPlusOne',
    attention: { outputGate: { layer: 'g_proj', projected: 'beforeRotation', opens: 'sigmoid' } },
    feedForward: {
      activation: 'silu',
      clamped: 'behindActivation',
      mixture: {
        sharedFirst: true,
        router: { logits: 'model', scores: 'sigmoid', scoresIn: 'float32', biased: true, divided: 'inPlace' },
        scalesRouted: true,
        dispatch: 'partsInTurn',
        routerBuffer: 'model',
      },
    },
  }),
  undivided: NOT_REPLAYED,
})

/** The share of a head's features that layers of a kind rotate, in configs that list it for each layer. */
function rotatedShare(config: ConfigReader, layers: number, kind: string): number {
  const shares = config.raw('partial_rotary_factors')
  const share: unknown = Array.isArray(shares) ? shares[attentionTypes(config, layers).indexOf(kind)] : undefined
  return typeof share === 'number' ? share : 1
}

function attentionTypes(config: ConfigReader, layers: number): readonly string[] {
  return layerTypes(config, layers, () => 'full_attention')
}

/** The heads of a layer with a window. */
function slidingHeads(config: ConfigReader, heads: number): number {
  const other = config.object('attention_other_setting').derived('num_attention_heads', heads)
  return config.derived('num_sliding_attention_heads', other)
}

/** The layers with experts: as `mlp_layer_types` says, or as `moe_layers_enum` lists (`"3,4,5"`), or all but the first three. */
function sparseLayers(config: ConfigReader, layers: number): (index: number) => boolean {
  const listedTypes = statedSparseLayers(config)
  if (listedTypes) return listedTypes
  const stated = config.raw('moe_layers_enum')
  const listed =
    typeof stated === 'string'
      ? stated
          .split(',')
          .filter((item) => item.trim() !== '')
          .map(Number)
      : config.integers('moe_layers_enum')
  const sparse = listed && new Set(listed)
  return (index) => (sparse ? sparse.has(index) : index >= 3 && index < layers)
}
