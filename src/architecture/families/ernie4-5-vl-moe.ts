import { linear } from '../blocks/linear.js'
import { layerNorm, rmsNorm } from '../blocks/norm.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import { qwenVision, qwenVisionBlock, qwenVisionSizes } from '../blocks/qwen-vision.js'
import type { ConfigReader } from '../config-reader.js'
import { axialFrequencies, withTowerBuffers } from '../forward/tower-buffers.js'
import { container, type Module, tower } from '../module.js'
import { ernie45VlImages } from '../senses/ernie4-5-vl.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/**
 * ERNIE 4.5 VL (Baidu 2025, https://ernie.baidu.com/blog/publication/ERNIE_Technical_Report.pdf): ERNIE 4.5 with experts for
 * images beside those for texts, and an encoder for images and video.
 */
export const ernie45VlMoe = multimodalFamily({
  modelType: 'ernie4_5_vl_moe',
  name: 'Ernie4_5_VLMoe',
  images: ernie45VlImages,
  madeAfterText: ['vision_tower', 'resampler_model'],
  text: { family: 'ernie4_5_vl_moe_text', tied: true },
  changes: withTowerBuffers((vision) =>
    axialFrequencies(Math.floor(vision.positive('hidden_size', 1280) / vision.positive('num_heads', 16))),
  ),
  beside(config, { text }) {
    const vision = config.object('vision_config')
    return {
      vision_tower: visionEncoder(vision),
      resampler_model: tower('projector', resampler(vision, text.hiddenSize)),
    }
  },
})

function visionEncoder(config: ConfigReader): Module {
  const sizes = qwenVisionSizes(config, { hiddenSize: 1280, depth: 32 })
  const { hiddenSize } = sizes
  const norm = layerNorm(hiddenSize)
  const ffnSize = config.integer('intermediate_size', 5120)
  const inFeatures = config.integer('in_channels', 3) * config.positive('patch_size', 14) ** 2
  return qwenVision('Ernie4_5_VLMoeVisionTransformerPretrainedModel', sizes, {
    patches: container('Ernie4_5_VLMoePatchEmbed', { proj: linear(inFeatures, hiddenSize) }, { part: 'embedding' }),
    block: qwenVisionBlock('Ernie4_5_VLMoeVisionBlock', hiddenSize, {
      norm,
      mlp: plainMlp({ hiddenSize, ffnSize, bias: true, names: ['fc1', 'fc2'] }),
    }),
    after: { ln: norm },
  })
}

/** Joins neighbouring patches, then neighbouring frames. */
function resampler(vision: ConfigReader, outFeatures: number): Module {
  const { hiddenSize, merged } = qwenVisionSizes(vision, { hiddenSize: 1280, depth: 32 })
  const joined = hiddenSize * merged
  const network = (inFeatures: number): Module =>
    container('Ernie4_5_VLMoeVisionMLP', {
      fc1: linear(inFeatures, joined, { bias: true }),
      fc2: linear(joined, joined, { bias: true }),
      ln: layerNorm(joined),
    })
  return container('Ernie4_5_VLMoeVariableResolutionResamplerModel', {
    spatial_linear: network(joined),
    temporal_linear: network(joined * vision.positive('temporal_merge_size', 2)),
    mlp: linear(joined, outFeatures, { bias: true }),
    after_norm: rmsNorm(outFeatures),
  })
}
