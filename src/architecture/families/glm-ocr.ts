import { convolution } from '../blocks/convolution.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { linear } from '../blocks/linear.js'
import { layerNorm, rmsNorm } from '../blocks/norm.js'
import { framePatches, qwenVision, qwenVisionSizes } from '../blocks/qwen-vision.js'
import { tree } from '../blocks/tree.js'
import { glmOcrImages } from '../senses/glm-newer.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** GLM-OCR (Z.ai 2026, https://huggingface.co/zai-org): a small GLM-4 that reads pages, with the merger of GLM-4.1V. */
export const glmOcr = multimodalFamily({
  modelType: 'glm_ocr',
  name: 'GlmOcr',
  images: glmOcrImages,
  text: { family: 'glm_ocr_text', tied: false },
  beside(config) {
    const vision = config.object('vision_config')
    const sizes = qwenVisionSizes(vision, { hiddenSize: 1024, depth: 24 })
    const { hiddenSize } = sizes
    const bias = vision.boolean('attention_bias', true)
    const outSize = vision.integer('out_hidden_size', 1536)
    const side = vision.positive('spatial_merge_size', 2)
    const headNorm = rmsNorm(Math.floor(hiddenSize / vision.positive('num_heads', 16)))
    // The merger is as wide as an image has channels times the output.
    const merged = outSize * vision.integer('in_channels', 3)
    return {
      visual: qwenVision('GlmOcrVisionModel', sizes, {
        patches: framePatches('GlmOcrVisionPatchEmbed', vision, hiddenSize, { patch: 14, bias: true }),
        block: tree('GlmOcrVisionBlock', {
          'norm{1,2}': rmsNorm(hiddenSize),
          'attn.qkv': linear(hiddenSize, 3 * hiddenSize, { bias }),
          'attn.proj': linear(hiddenSize, hiddenSize, { bias }),
          'attn.{q,k}_norm': headNorm,
          mlp: gatedMlp({ hiddenSize, ffnSize: vision.integer('intermediate_size', 4096), bias }),
        }),
        after: {
          merger: tree('GlmOcrVisionPatchMerger', {
            proj: linear(outSize, outSize),
            post_projection_norm: layerNorm(outSize),
            '{gate,up}_proj': linear(outSize, merged),
            down_proj: linear(merged, outSize),
          }),
          downsample: convolution(hiddenSize, outSize, [side, side]),
          post_layernorm: rmsNorm(hiddenSize),
        },
      }),
    }
  },
})
