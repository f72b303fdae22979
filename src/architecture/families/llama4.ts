import { attention } from '../blocks/attention.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import { patchesIn, visionSizes } from '../blocks/vision.js'
import type { ConfigReader } from '../config-reader.js'
import { tiledImage } from '../largest-image.js'
import { container, type Module, repeated, tower } from '../module.js'
import { LLAMA4_VISION, llama4Images } from '../senses/llama4.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** Llama 4 with its image encoder (Meta 2025, https://ai.meta.com/blog/llama-4-multimodal-intelligence). */
export const llama4 = multimodalFamily({
  modelType: 'llama4',
  liger: { keeps: ['loss'], isUnrecorded: true },
  name: 'Llama4',
  // `max_patches` of the image processor: 16 tiles.
  largestImage: tiledImage({ image: 448, patch: 14, tiles: () => 16, merged: () => 2 }),
  images: llama4Images,
  holds: 'whole',
  // The class shifts the logits of its language model as they are.
  changes: (forward) => ({ ...forward, logits: { ...forward.logits, shifts: 'model' } }),
  text: { family: 'llama4_text' },
  beside(config, { text }) {
    const vision = config.object('vision_config')
    const projected = linear(vision.integer('vision_output_dim', 7680), text.hiddenSize)
    return {
      vision_model: tower('vision', visionModel(vision)),
      multi_modal_projector: tower('projector', container('Llama4MultiModalProjector', { linear_1: projected })),
    }
  },
  loraTargets: ['q_proj', 'v_proj'],
})

function visionModel(config: ConfigReader): Module {
  const sizes = visionSizes(config, LLAMA4_VISION)
  const { hiddenSize, ffnSize, heads, layers, channels, patch } = sizes
  const norm = layerNorm(hiddenSize)
  const headDim = Math.floor(hiddenSize / heads)
  const layer = container('Llama4VisionEncoderLayer', {
    self_attn: attention({ hiddenSize, heads, kvHeads: heads, headDim, qkvBias: true, outputBias: true }),
    mlp: plainMlp({ hiddenSize, ffnSize, bias: true, names: ['fc1', 'fc2'] }),
    input_layernorm: norm,
    post_attention_layernorm: norm,
  })
  const inner = config.integer('projector_input_dim', 4096)
  const outer = config.integer('projector_output_dim', 4096)
  return container(
    'Llama4VisionModel',
    {
      patch_embedding: container('Llama4UnfoldConvolution', { linear: linear(channels * patch * patch, hiddenSize) }),
      layernorm_pre: norm,
      layernorm_post: norm,
      model: container('Llama4VisionEncoder', { layers: repeated(layers, layer) }),
      vision_adapter: container('Llama4VisionPixelShuffleMLP', {
        mlp: container('Llama4VisionMLP2', { fc1: linear(ffnSize, inner), fc2: linear(outer, outer) }),
      }),
    },
    {
      parameters: {
        class_embedding: [hiddenSize],
        positional_embedding_vlm: [patchesIn(config, sizes, 448) + 1, hiddenSize],
      },
    },
  )
}
