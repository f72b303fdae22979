import { attention } from '../blocks/attention.js'
import { convolution } from '../blocks/convolution.js'
import { embedding } from '../blocks/embedding.js'
import { FAIRSEQ_NAMES } from '../blocks/fairseq-layer.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { llavaProjector } from '../blocks/projector.js'
import { SIGLIP_DEFAULTS } from '../blocks/siglip.js'
import { clipLayer, patchesIn, patchesJoined, visionSizes } from '../blocks/vision.js'
import type { ConfigReader } from '../config-reader.js'
import { container, listOf, type Module, repeated, tower } from '../module.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** MiniCPM-V 4.6 (OpenBMB 2026, https://github.com/OpenBMB/MiniCPM-V): Qwen 3.5 with an encoder that joins patches half-way. */
export const minicpmv46 = multimodalFamily({
  modelType: 'minicpmv4_6',
  name: 'MiniCPMV4_6',
  madeAfterText: ['merger'],
  text: { family: 'qwen3_5_text', tied: false },
  // The class computes the logits of all tokens.
  changes: (forward) => ({ ...forward, logits: { ...forward.logits, prefill: 'allTokens' } }),
  beside(config, { text }) {
    const vision = config.object('vision_config')
    const { hiddenSize } = visionSizes(vision, SIGLIP_DEFAULTS)
    return {
      vision_tower: tower('vision', visionEncoder(vision)),
      merger: tower('projector', merger(config.positive('merger_times', 1), hiddenSize, text.hiddenSize)),
    }
  },
})

function visionEncoder(config: ConfigReader): Module {
  const sizes = visionSizes(config, SIGLIP_DEFAULTS)
  const { hiddenSize, ffnSize, heads, layers, channels, patch } = sizes
  const joined = patchesJoined(config, 'window_kernel_size')
  const headDim = Math.floor(hiddenSize / heads)
  const attentionSizes = { hiddenSize, heads, kvHeads: heads, headDim, qkvBias: true, outputBias: true }
  return container('MiniCPMV4_6VisionModel', {
    embeddings: container(
      'MiniCPMV4_6VisionEmbeddings',
      {
        patch_embedding: convolution(channels, hiddenSize, [patch, patch]),
        position_embedding: embedding(patchesIn(config, sizes, 224), hiddenSize),
      },
      { part: 'embedding' },
    ),
    encoder: container('MiniCPMV4_6VisionEncoder', {
      layers: repeated(layers, clipLayer('MiniCPMV4_6VisionEncoderLayer', sizes, { normsFirst: true })),
    }),
    post_layernorm: layerNorm(hiddenSize),
    // Joins the patches of a window into one.
    vit_merger: container('MiniCPMV4_6ViTWindowAttentionMerger', {
      self_attn: attention({ ...attentionSizes, ...FAIRSEQ_NAMES }),
      layer_norm1: layerNorm(hiddenSize),
      pre_norm: layerNorm(hiddenSize * joined),
      linear_1: linear(hiddenSize * joined, ffnSize * joined, { bias: true }),
      linear_2: linear(ffnSize * joined, hiddenSize, { bias: true }),
    }),
  })
}

/** Joins four patches into one, several times over. The last time, the vector is the language model's. */
function merger(times: number, hiddenSize: number, outFeatures: number): Module {
  const inFeatures = 4 * hiddenSize
  const step = (isLast: boolean): Module =>
    llavaProjector(
      'MiniCPMV4_6DownsampleMLP',
      { inFeatures, innerFeatures: inFeatures, outFeatures: isLast ? outFeatures : hiddenSize },
      { bias: true, before: { pre_norm: layerNorm(inFeatures) } },
    )
  return container('MiniCPMV4_6Merger', { mlp: listOf(times, (index) => index === times - 1, step) })
}
