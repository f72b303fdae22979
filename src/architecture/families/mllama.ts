import { attention } from '../blocks/attention.js'
import { convolution } from '../blocks/convolution.js'
import { embedding } from '../blocks/embedding.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import { patchesIn } from '../blocks/vision.js'
import type { ConfigReader } from '../config-reader.js'
import { container, type Module, repeated, tower } from '../module.js'
import { mllamaImages } from '../senses/mllama.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** Llama 3.2 Vision (Llama team 2024, arXiv:2407.21783). */
export const mllama = multimodalFamily({
  modelType: 'mllama',
  liger: { isUnrecorded: true },
  name: 'Mllama',
  madeAfterText: ['multi_modal_projector'],
  images: mllamaImages,
  text: { family: 'mllama_text_model' },
  changes: (forward) => ({ ...forward, logits: {} }),
  beside(config, { text }) {
    const vision = config.object('vision_config')
    const outFeatures = vision.integer('vision_output_dim', 7680)
    return {
      vision_model: tower('vision', visionModel(vision)),
      multi_modal_projector: tower('projector', linear(outFeatures, text.hiddenSize, { bias: true })),
    }
  },
})

function visionModel(config: ConfigReader): Module {
  const hiddenSize = config.positive('hidden_size', 1280)
  const patch = config.positive('patch_size', 14)
  const norm = layerNorm(hiddenSize)
  const tiles = config.integer('max_num_tiles', 4)
  const aspectRatios = config.raw('supported_aspect_ratios') ?? Array.from({ length: 8 })
  if (!Array.isArray(aspectRatios)) throw config.invalid('supported_aspect_ratios', 'a list of [height, width]')
  // One more than the aspect ratios, for padding.
  const ratios = aspectRatios.length + 1
  const positions = patchesIn(config, { patch }, 448) + 1
  const tileEmbedding = (features: number): Module =>
    container('MllamaPrecomputedAspectRatioEmbedding', { embedding: embedding(ratios, features) }, GATE)
  const encoder = (count: number, gated: boolean): Module =>
    container('MllamaVisionEncoder', { layers: repeated(count, encoderLayer(config, hiddenSize, gated)) })
  return container(
    'MllamaVisionModel',
    {
      patch_embedding: convolution(config.integer('num_channels', 3), hiddenSize, [patch, patch], { bias: false }),
      gated_positional_embedding: container(
        'MllamaPrecomputedPositionEmbedding',
        { tile_embedding: embedding(ratios, tiles * positions * hiddenSize) },
        { parameters: { gate: [1], embedding: [positions, hiddenSize] } },
      ),
      pre_tile_positional_embedding: tileEmbedding(tiles * hiddenSize),
      post_tile_positional_embedding: tileEmbedding(tiles * hiddenSize),
      layernorm_pre: norm,
      layernorm_post: norm,
      transformer: encoder(config.integer('num_hidden_layers', 32), false),
      global_transformer: encoder(config.integer('num_global_layers', 8), true),
    },
    { parameters: { class_embedding: [hiddenSize] } },
  )
}

const GATE = { parameters: { gate: [1] } }

/** A layer; in the global encoder each block's output has a learned gate. */
function encoderLayer(config: ConfigReader, hiddenSize: number, gated: boolean): Module {
  const heads = config.positive(['attention_heads', 'num_attention_heads'], 16)
  const ffnSize = config.integer('intermediate_size', 5120)
  const norm = layerNorm(hiddenSize)
  return container(
    'MllamaVisionEncoderLayer',
    {
      self_attn: attention({ hiddenSize, heads, kvHeads: heads, headDim: Math.floor(hiddenSize / heads) }),
      mlp: plainMlp({ hiddenSize, ffnSize, bias: true, names: ['fc1', 'fc2'] }),
      input_layernorm: norm,
      post_attention_layernorm: norm,
    },
    gated ? { parameters: { gate_attn: [1], gate_ffn: [1] } } : {},
  )
}
