import { gatedMlp } from '../blocks/gated-mlp.js'
import { linear } from '../blocks/linear.js'
import { rmsNorm } from '../blocks/norm.js'
import { framePatches, qwenPatchMerger, qwenVision, qwenVisionSizes } from '../blocks/qwen-vision.js'
import { tree } from '../blocks/tree.js'
import type { ConfigReader } from '../config-reader.js'
import { withFrequenciesTwice } from '../forward/newer-frequencies.js'
import { axialFrequencies, withTowerBuffers } from '../forward/tower-buffers.js'
import { exaone45Images } from '../senses/exaone4-5.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** EXAONE 4.5 (LG AI Research 2026, https://huggingface.co/LGAI-EXAONE): EXAONE 4 with Qwen2.5-VL's encoder, with fewer heads of keys and values. */
export const exaone45 = multimodalFamily({
  modelType: 'exaone4_5',
  name: 'Exaone4_5_',
  images: exaone45Images,
  text: { family: 'exaone4', tied: false },
  // Its code is of transformers 5, which keeps frequencies twice.
  changes: (forward, config) => withTowerBuffers(towerBuffer)(withFrequenciesTwice(forward), config),
  beside(config) {
    const vision = config.object('vision_config')
    const sizes = qwenVisionSizes(vision, { hiddenSize: 3584, depth: 32 })
    const { hiddenSize } = sizes
    const heads = vision.positive('num_heads', 16)
    const kvFeatures = vision.integer('num_key_value_heads', 8) * Math.floor(hiddenSize / heads)
    const norm = rmsNorm(hiddenSize)
    return {
      visual: qwenVision('Exaone4_5_VisionModel', sizes, {
        patches: framePatches('Exaone4_5_VisionPatchEmbed', vision, hiddenSize, { patch: 14, bias: false }),
        block: tree('Exaone4_5_VisionBlock', {
          'norm{1,2}': norm,
          'attn.proj': linear(hiddenSize, hiddenSize, { bias: true }),
          'attn.qkv': linear(hiddenSize, hiddenSize + 2 * kvFeatures, { bias: true }),
          mlp: gatedMlp({ hiddenSize, ffnSize: vision.integer('intermediate_size', 3420), bias: true }),
        }),
        after: {
          merger: qwenPatchMerger('Exaone4_5_PatchMerger', sizes, norm, vision.integer('out_hidden_size', 3584)),
        },
      }),
    }
  },
})

function towerBuffer(vision: ConfigReader): number {
  return axialFrequencies(Math.floor(vision.positive('hidden_size', 3584) / vision.positive('num_heads', 16)))
}
