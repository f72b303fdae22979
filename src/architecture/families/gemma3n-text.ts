import { headNorms, llamaAttention } from '../blocks/attention.js'
import { sandwichLayer } from '../blocks/decoder-layer.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { type DecoderSizes, decoderDimensions, ffnSizes } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { layerTypes, slidingBut, slidingWindow, windowOf } from '../blocks/layer-types.js'
import { linear } from '../blocks/linear.js'
import { rmsNorm } from '../blocks/norm.js'
import type { ConfigReader } from '../config-reader.js'
import { keySharing } from '../forward/key-sharing.js'
import { hasLimit } from '../forward/limits.js'
import { container, listOf, type Module, range, repeated } from '../module.js'
import { causalLmFamily } from '../shapes/causal-lm-family.js'
import { NOT_REPLAYED } from '../tensor-plan.js'

/**
 * Gemma 3n's language model (Google DeepMind 2025, https://ai.google.dev/gemma/docs/gemma-3n): several residual streams of
 * which each layer changes one (AltUp, arXiv:2301.13310), a low-rank detour around attention (Laurel, arXiv:2411.07501),
 * and a small embedding of the token for every layer.
 */
export const gemma3nText = causalLmFamily({
  modelType: 'gemma3n_text',
  unreplayed: ['adapters under autocast'],
  needsWindow: 'always',
  name: 'Gemma3n',
  defaults: {
    vocab_size: 262_400,
    hidden_size: 2048,
    intermediate_size: 16_384,
    ffnOfEachLayer: true,
    num_hidden_layers: 35,
    num_attention_heads: 8,
    num_key_value_heads: 2,
    head_dim: 256,
    max_position_embeddings: 32_768,
    tie_word_embeddings: true,
  },
  build(sizes, config) {
    const { hiddenSize, layers } = sizes
    const norm = rmsNorm(hiddenSize)
    const streams = config.positive('altup_num_inputs', 4)
    const perLayerSize = config.integer('hidden_size_per_layer_input', 256)
    const widths = ffnSizes(config, 16_384)
    const [firstWidth = 0] = widths
    const attention = llamaAttention(sizes, config, headNorms(sizes))
    const layer = (ffnSize: number): Module =>
      container('Gemma3nTextDecoderLayer', {
        ...sandwichLayer('', { norm, attention, mlp: gatedMlp({ hiddenSize, ffnSize }) }).children,
        altup: altUp(streams, hiddenSize),
        laurel: laurel(config, hiddenSize),
        per_layer_input_gate: linear(hiddenSize, perLayerSize),
        per_layer_projection: linear(perLayerSize, hiddenSize),
        post_per_layer_input_norm: norm,
      })
    const square = repeated(streams - 1, linear(hiddenSize, hiddenSize))
    const model = container('Gemma3nTextModel', {
      ...decoderModel('', {
        ...sizes,
        layers: listOf(layers, (index) => widths[index] ?? firstWidth, layer),
        norm,
      }).children,
      embed_tokens_per_layer: embedding(config.integer('vocab_size_per_layer_input', 262_144), layers * perLayerSize),
      per_layer_model_projection: linear(hiddenSize, layers * perLayerSize),
      per_layer_projection_norm: rmsNorm(perLayerSize),
      altup_projections: square,
      altup_unembed_projections: square,
    })
    const window = windowOf(typesOf(config, layers), slidingWindow(config, 512))
    const cacheSharingLayers = config.integer('num_kv_shared_layers', 15)
    doubtSharing(config, sizes, Math.min(cacheSharingLayers, layers))
    return { model, dimensions: { ...decoderDimensions(sizes, { gatedMlp: true, ...window }), cacheSharingLayers } }
  },
  forward(config, { layers, windowTokens }) {
    const scalesCorrected = config.boolean('altup_correct_scale', true)
    const firstTaking = layers - config.integer('num_kv_shared_layers', 15)
    return {
      embedding: 'scaled',
      rotation: { features: 'all', tables: 'both' },
      masks: { unusedWindow: windowTokens === undefined ? slidingWindow(config, 512) : undefined },
      norm: 'rmsNormFloat32Quotient',
      attention: {
        keySharing: { ...keySharing(typesOf(config, layers), firstTaking > 0 ? firstTaking : layers), in: 'cache' },
      },
      feedForward: {
        activation: config.string('hidden_activation', 'gelu_pytorch_tanh'),
        sparseLayers: sparseLayers(config, layers),
      },
      // A number of each norm of values and each router, and four of the model.
      bufferElements: 2 * layers + 4,
      residual: { order: 'streams', scalesCorrected },
      ...(!scalesCorrected && { untrainedParameters: ['.altup.correct_output_scale'] }),
      logits: { form: hasLimit(config, 'final_logit_softcapping', true) ? 'capped' : 'plain' },
    }
  },
  undivided: NOT_REPLAYED,
})

/** transformers 5 has no keys and values in the layers that take those of others; 4.57 has them, and does not use them. */
function doubtSharing(config: ConfigReader, { hiddenSize, kvHeads, headDim }: DecoderSizes, sharing: number): void {
  const bias = config.boolean('attention_bias', false) ? 1 : 0
  const parameters = sharing * (2 * kvHeads * headDim * (hiddenSize + bias) + headDim)
  if (parameters === 0) return
  config.doubt(
    `${sharing} layers take the keys and values of others: transformers 5 leaves out ${parameters} parameters of their own, which it does not use. They are counted here, as in 4.57.`,
  )
}

function typesOf(config: ConfigReader, layers: number): readonly string[] {
  return layerTypes(config, layers, slidingBut(5))
}

/** The layers with an `activation_sparsity_pattern` above 0: by default the first ten of more than ten. */
function sparseLayers(config: ConfigReader, layers: number): readonly number[] {
  const stated = config.raw('activation_sparsity_pattern')
  const byRule = layers > 10 ? 10 : 0
  return range(layers).filter((index) => (Array.isArray(stated) ? Number(stated[index]) > 0 : index < byRule))
}

/** Predicts all residual streams from each other, and corrects them with what the layer made of one. */
function altUp(streams: number, hiddenSize: number): Module {
  return container(
    'Gemma3nTextAltUp',
    {
      correction_coefs: linear(streams, streams),
      prediction_coefs: linear(streams, streams ** 2),
      modality_router: linear(hiddenSize, streams),
      router_norm: rmsNorm(hiddenSize),
    },
    { parameters: { correct_output_scale: [hiddenSize] } },
  )
}

/** A low-rank layer beside attention. */
function laurel(config: ConfigReader, hiddenSize: number): Module {
  const rank = config.integer('laurel_rank', 64)
  return container('Gemma3nTextLaurelBlock', {
    linear_left: linear(hiddenSize, rank),
    linear_right: linear(rank, hiddenSize),
    post_laurel_norm: rmsNorm(hiddenSize),
  })
}
