import { attention } from '../blocks/attention.js'
import { widthByRatio } from '../blocks/computed-size.js'
import { convolution } from '../blocks/convolution.js'
import { embedding } from '../blocks/embedding.js'
import { FAIRSEQ_NAMES } from '../blocks/fairseq-layer.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import { patchesIn } from '../blocks/vision.js'
import type { ConfigReader } from '../config-reader.js'
import { axialFrequencies, withTowerBuffers } from '../forward/tower-buffers.js'
import { container, type Module, repeated, tower } from '../module.js'
import { step3p7Images } from '../senses/step3p7.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** Step 3.7 Flash (StepFun 2026, https://github.com/stepfun-ai): Step 3.5 with an image encoder. */
export const step3p7 = multimodalFamily({
  modelType: 'step3p7',
  name: 'Step3p7',
  images: step3p7Images,
  madeAfterText: ['multi_modal_projector'],
  text: { family: 'step3p5', tied: false },
  changes: withTowerBuffers(towerBuffer),
  beside(config, { text }) {
    const vision = config.object('vision_config')
    const hiddenSize = vision.positive(['width', 'hidden_size'], 1536)
    const bias = config.boolean('projector_bias', false)
    return {
      vision_model: tower('vision', visionModel(vision, hiddenSize)),
      multi_modal_projector: tower('projector', linear(4 * hiddenSize, text.hiddenSize, { bias })),
    }
  },
})

/** The encoder's frequencies, and the numbers of its patches, which are as wide as two float32. */
function towerBuffer(vision: ConfigReader): number {
  const hiddenSize = vision.positive(['width', 'hidden_size'], 1536)
  const heads = vision.positive(['heads', 'num_attention_heads'], 16)
  const patches = patchesIn(vision, { patch: vision.positive('patch_size', 14) }, 728)
  return 2 * patches + axialFrequencies(Math.floor(hiddenSize / heads))
}

/** A vision transformer whose outputs have a learned scale, and two convolutions that each halve the image. */
function visionModel(config: ConfigReader, hiddenSize: number): Module {
  const layers = config.integer(['layers', 'num_hidden_layers'], 47)
  const heads = config.positive(['heads', 'num_attention_heads'], 16)
  // The class computes the width of the network, whatever `intermediate_size` says.
  const ffnSize = widthByRatio(config, 8960 / 1536, hiddenSize)
  const patch = config.positive('patch_size', 14)
  const norm = layerNorm(hiddenSize)
  const headDim = Math.floor(hiddenSize / heads)
  const sizes = { hiddenSize, heads, kvHeads: heads, headDim, qkvBias: true, outputBias: true, ...FAIRSEQ_NAMES }
  const layer = container(
    'Step3p7VisionEncoderLayer',
    {
      self_attn: attention(sizes),
      mlp: plainMlp({ hiddenSize, ffnSize, bias: true, names: ['fc1', 'fc2'] }),
      layernorm_before: norm,
      layernorm_after: norm,
    },
    { parameters: { lambda_1: [hiddenSize], lambda_2: [hiddenSize] } },
  )
  return container('Step3p7VisionModel', {
    embeddings: container(
      'Step3p7VisionEmbeddings',
      {
        patch_embedding: convolution(config.integer('num_channels', 3), hiddenSize, [patch, patch], { bias: false }),
        position_embedding: embedding(patchesIn(config, { patch }, 728), hiddenSize),
      },
      { part: 'embedding' },
    ),
    pre_layernorm: norm,
    layers: repeated(layers, layer),
    downsampler1: convolution(hiddenSize, 2 * hiddenSize, [3, 3]),
    downsampler2: convolution(2 * hiddenSize, 4 * hiddenSize, [3, 3]),
  })
}
