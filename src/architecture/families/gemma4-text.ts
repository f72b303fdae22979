import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { fusedExperts, moeDimensions } from '../blocks/experts.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { layerTypes, slidingBut, slidingWindow, windowOf } from '../blocks/layer-types.js'
import { linear } from '../blocks/linear.js'
import { rmsNorm } from '../blocks/norm.js'
import type { ConfigReader } from '../config-reader.js'
import { keySharing } from '../forward/key-sharing.js'
import { hasLimit } from '../forward/limits.js'
import { container, listOf } from '../module.js'
import { causalLmFamily } from '../shapes/causal-lm-family.js'
import { NOT_REPLAYED } from '../tensor-plan.js'

/**
 * Gemma 4's language model (Google DeepMind 2026, https://ai.google.dev/gemma/docs/core): full attention with wider
 * heads than the layers with a window, keys and values shared by the last layers, and a small embedding of the token
 * for every layer.
 */
export const gemma4Text = causalLmFamily({
  modelType: 'gemma4_text',
  liger: { norms: 'beside', keeps: ['rotation'], isUnrecorded: true },
  needsWindow: 'always',
  name: 'Gemma4',
  defaults: {
    vocab_size: 262_144,
    hidden_size: 2304,
    intermediate_size: 9216,
    num_hidden_layers: 30,
    num_attention_heads: 8,
    num_key_value_heads: 4,
    head_dim: 256,
    max_position_embeddings: 131_072,
    tie_word_embeddings: true,
  },
  build(sizes, config) {
    const norm = rmsNorm(sizes.hiddenSize)
    const bias = config.boolean('attention_bias', false)
    const { hiddenSize, vocabSize, layers, ffnSize } = sizes
    const types = typesOf(config, layers)
    const heads = headsOfLayers(config, sizes, types)
    const firstSharing = layers - config.integer('num_kv_shared_layers', 0)
    const keysAreValues = config.boolean('attention_k_eq_v', false)
    const wideWhenSharing = config.boolean('use_double_wide_mlp', false)
    const perLayerSize = config.integer('hidden_size_per_layer_input', 256)

    const kindOf = (index: number) =>
      JSON.stringify([heads(index), types[index] !== 'sliding_attention', index >= firstSharing])
    const layer = (kind: string) => {
      const [{ headDim, kvHeads }, isFull, shares]: [Heads, boolean, boolean] = JSON.parse(kind)
      const keyNorm = rmsNorm(headDim)
      const toHeads = linear(hiddenSize, kvHeads * headDim, { bias })
      return container('Gemma4TextDecoderLayer', {
        self_attn: container(
          'Gemma4TextAttention',
          {
            q_proj: linear(hiddenSize, sizes.heads * headDim, { bias }),
            q_norm: rmsNorm(headDim),
            k_norm: shares ? undefined : keyNorm,
            k_proj: shares ? undefined : toHeads,
            v_proj: shares || (keysAreValues && isFull) ? undefined : toHeads,
            o_proj: linear(sizes.heads * headDim, hiddenSize, { bias }),
          },
          { part: 'attention' },
        ),
        mlp: gatedMlp({ hiddenSize, ffnSize: shares && wideWhenSharing ? 2 * ffnSize : ffnSize }),
        input_layernorm: norm,
        post_attention_layernorm: norm,
        pre_feedforward_layernorm: norm,
        post_feedforward_layernorm: norm,
        ...(perLayerSize > 0 && {
          per_layer_input_gate: linear(hiddenSize, perLayerSize),
          per_layer_projection: linear(perLayerSize, hiddenSize),
          post_per_layer_input_norm: norm,
        }),
        ...mixture(config, hiddenSize),
      })
    }
    const perLayerTokens = perLayerSize > 0 ? config.positive('vocab_size_per_layer_input', 262_144) : 0
    const model = container('Gemma4TextModel', {
      embed_tokens: embedding(vocabSize, hiddenSize),
      layers: listOf(layers, kindOf, layer),
      norm,
      ...(perLayerSize > 0 && {
        embed_tokens_per_layer: embedding(perLayerTokens, layers * perLayerSize),
        per_layer_model_projection: linear(hiddenSize, layers * perLayerSize),
        per_layer_projection_norm: rmsNorm(perLayerSize),
      }),
    })
    const moe = config.boolean('enable_moe_block', false)
      ? moeDimensions(routingOf(config), { layers, ffnSize: config.integer('moe_intermediate_size', 0) })
      : undefined
    const window = windowOf(types, slidingWindow(config, 512))
    return {
      model,
      dimensions: decoderDimensions(sizes, { gatedMlp: true, ...window, moe }),
    }
  },
  forward(config, { layers, headDim = 256, kvHeads }) {
    const types = typesOf(config, layers)
    const heads = headsOfLayers(config, { headDim, kvHeads }, types)
    const featuresOf = (type: string) => heads(types.indexOf(type)).headDim
    const isWindowed = types.includes('sliding_attention')
    const hasInputs = config.integer('hidden_size_per_layer_input', 256) > 0
    return {
      embedding: 'scaled',
      rotation: {
        features: featuresOf('full_attention'),
        ...(isWindowed && { windowFeatures: featuresOf('sliding_attention'), tables: 'two' }),
        frequencies: 'modelTwice',
      },
      ...(!isWindowed && { masks: { unusedWindow: slidingWindow(config, 512) } }),
      norm: 'rmsNormFloat32Power',
      attention: {
        keySharing: {
          ...keySharing(types, layers - config.integer('num_kv_shared_layers', 0)),
          in: 'variable',
          // Without experts too (`_maybe_slice_kv_shared_inputs`).
          computesAll: Boolean(config.raw('output_router_logits')),
        },
      },
      feedForward: {
        activation: config.string('hidden_activation', 'gelu_pytorch_tanh'),
        mixture: { router: 'softmaxOfNormalised', dispatch: 'grouped' },
      },
      // Each layer has a number that its output is multiplied by, and each embedding one.
      bufferElements: layers + (hasInputs ? 2 : 1),
      residual: { order: 'layerInputs' },
      logits: { form: hasLimit(config, 'final_logit_softcapping', false) ? 'capped' : 'plain' },
      undescribed:
        config.string('use_bidirectional_attention', 'no') === 'all'
          ? '`use_bidirectional_attention: all` attends to later tokens too; without it there is a model'
          : undefined,
    }
  },
  undivided: NOT_REPLAYED,
  undispatched: 'the plan of transformers 5.24.0 divides its feed-forward networks too, which is not estimated',
})

/** The type of each layer. The last always has full attention: transformers overrides the config. */
function typesOf(config: ConfigReader, layers: number): readonly string[] {
  const stated = layerTypes(config, layers, slidingBut(6))
  const rope = config.object('rope_parameters')
  if (!stated.includes('full_attention') && rope.has('sliding_attention') && !rope.has('full_attention')) {
    config.doubt(
      '`rope_parameters.full_attention` is absent: the last layer always has full attention, and transformers 5 fails.',
    )
  }
  return stated.map((type, index) => (index === layers - 1 ? 'full_attention' : type))
}

interface Heads {
  readonly headDim: number
  readonly kvHeads: number
}

/** The heads of each layer: `per_layer_config` where the config has it, else wider ones for the layers of full attention. */
function headsOfLayers(config: ConfigReader, { headDim, kvHeads }: Heads, types: readonly string[]) {
  const perLayer = config.object('per_layer_config')
  const keysAreValues = config.boolean('attention_k_eq_v', false)
  const full: Heads = {
    headDim: config.integer('global_head_dim', 512),
    kvHeads: keysAreValues ? config.derived('num_global_key_value_heads', kvHeads) : kvHeads,
  }
  const overrides = new Map(perLayer.names().map((name) => [Number(name), perLayer.object(name)]))
  const isAbsent = config.raw('per_layer_config') === undefined
  const headsOf = (index: number): Heads => {
    const override = overrides.get(index)
    if (override)
      return {
        headDim: override.derived('head_dim', headDim),
        kvHeads: override.derived('num_key_value_heads', kvHeads),
      }
    return isAbsent && types[index] === 'full_attention' ? full : { headDim, kvHeads }
  }
  const uneven = types.findIndex((type, index) => !isEqual(headsOf(index), headsOf(types.indexOf(type))))
  const place = [...config.place, 'per_layer_config'].join('.')
  if (uneven >= 0) {
    config.doubt(`${place} gives layer ${uneven} other heads than the first of its type: transformers 5 refuses that.`)
  }
  for (const name of perLayer.names().filter((each) => !perLayer.has(each))) {
    config.doubt(`${place}.${name} is null: transformers 5 expects an object, and fails.`)
  }
  return headsOf
}

function isEqual(one: Heads, other: Heads): boolean {
  return one.headDim === other.headDim && one.kvHeads === other.kvHeads
}

/** The experts that run in parallel with the MLP of each layer, with their own norms. */
function mixture(config: ConfigReader, hiddenSize: number) {
  if (!config.boolean('enable_moe_block', false)) return {}
  const norm = rmsNorm(hiddenSize)
  const { experts: count } = routingOf(config)
  const routerParameters = { scale: [hiddenSize], per_expert_scale: [count] }
  return {
    router: container(
      'Gemma4TextRouter',
      { proj: linear(hiddenSize, count) },
      { part: 'experts', parameters: routerParameters },
    ),
    // The reference counts all experts as active, since the family has a field of its own for their number per token.
    experts: fusedExperts({
      hiddenSize,
      ffnSize: config.integer('moe_intermediate_size', 0),
      experts: count,
      expertsPerToken: undefined,
    }),
    post_feedforward_layernorm_1: norm,
    post_feedforward_layernorm_2: norm,
    pre_feedforward_layernorm_2: norm,
  }
}

function routingOf(config: ConfigReader) {
  return {
    experts: config.integer('num_experts', 0),
    expertsPerToken: config.optionalInteger('top_k_experts'),
  }
}
