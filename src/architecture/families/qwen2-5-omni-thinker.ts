import { encoderSizes } from '../blocks/audio-sizes.js'
import { convolution } from '../blocks/convolution.js'
import { embedding } from '../blocks/embedding.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { linear } from '../blocks/linear.js'
import { layerNorm, rmsNorm } from '../blocks/norm.js'
import { framePatches, qwenPatchMerger, qwenVision, qwenVisionSizes } from '../blocks/qwen-vision.js'
import { whisperLayer } from '../blocks/whisper-encoder.js'
import type { ConfigReader } from '../config-reader.js'
import { withAxes } from '../forward/axes.js'
import { besideOmniEncoders } from '../forward/omni-forward.js'
import { container, type Module, repeated, tower } from '../module.js'
import { qwen25OmniImages, qwen25OmniSound } from '../senses/omni.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** The part of Qwen2.5-Omni that sees, hears and writes (Xu et al. 2025, arXiv:2503.20215): Qwen 2.5 with two encoders. */
export const qwen25OmniThinker = multimodalFamily({
  modelType: 'qwen2_5_omni_thinker',
  name: 'Qwen2_5OmniThinker',
  holds: 'open',
  images: qwen25OmniImages,
  sound: qwen25OmniSound,
  hearsFirst: true,
  text: {
    family: 'qwen2_5_omni_text',
    defaults: {
      vocab_size: 152_064,
      hidden_size: 3584,
      intermediate_size: 18_944,
      num_hidden_layers: 28,
      num_attention_heads: 28,
      num_key_value_heads: 4,
    },
  },
  changes: (forward, config) => besideOmniEncoders(withAxes('inLayers')(forward), config),
  beside: (config) => ({
    audio_tower: tower('audio', audioEncoder(config.object('audio_config'))),
    visual: visionEncoder(config.object('vision_config')),
  }),
})

/** Whisper's encoder without learned positions, and a projection with vectors for the beginning and the end of a recording. */
function audioEncoder(config: ConfigReader): Module {
  const sizes = encoderSizes(config, { mels: 128, hiddenSize: 1280, layers: 32, heads: 20, ffnSize: 5120 })
  const { hiddenSize, layers, mels } = sizes
  const outFeatures = config.integer('output_dim', 3584)
  return container('Qwen2_5OmniAudioEncoder', {
    conv1: convolution(mels, hiddenSize, [3]),
    conv2: convolution(hiddenSize, hiddenSize, [3]),
    audio_bos_eos_token: embedding(2, outFeatures),
    layers: repeated(layers, whisperLayer('Qwen2_5OmniAudioEncoderLayer', sizes)),
    ln_post: layerNorm(hiddenSize),
    proj: linear(hiddenSize, outFeatures, { bias: true }),
  })
}

/** Qwen2.5-VL's encoder with queries, keys and values in layers of their own. */
function visionEncoder(config: ConfigReader): Module {
  const sizes = qwenVisionSizes(config, { hiddenSize: 3584, depth: 32 })
  const { hiddenSize } = sizes
  const norm = rmsNorm(hiddenSize)
  const square = linear(hiddenSize, hiddenSize, { bias: true })
  const attn = container(
    'Qwen2_5OmniVisionAttention',
    { q: square, k: square, v: square, proj: square },
    { part: 'attention' },
  )
  const mlp = gatedMlp({ hiddenSize, ffnSize: config.integer('intermediate_size', 3420), bias: true })
  return qwenVision('Qwen2_5OmniVisionEncoder', sizes, {
    patches: framePatches('Qwen2_5_VisionPatchEmbed', config, hiddenSize, { patch: 14, bias: false }),
    block: container('Qwen2_5OmniVisionBlock', { norm1: norm, norm2: norm, attn, mlp }),
    after: {
      merger: qwenPatchMerger('Qwen2_5OmniPatchMerger', sizes, norm, config.integer('out_hidden_size', 3584)),
    },
  })
}
