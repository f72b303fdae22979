import { convolution } from '../blocks/convolution.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { plainMlp } from '../blocks/plain-mlp.js'
import { type Table, tree } from '../blocks/tree.js'
import { sideOf } from '../blocks/vision.js'
import type { ConfigReader } from '../config-reader.js'
import { listOf, type Module, tower } from '../module.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** GOT-OCR 2 (Wei et al. 2024, arXiv:2409.01704): a small Qwen 2 that reads pages with the encoder of Segment Anything. */
export const gotOcr2 = multimodalFamily({
  modelType: 'got_ocr2',
  name: 'GotOcr2',
  text: {
    family: 'qwen2',
    tied: true,
    whenAbsent: {
      vocab_size: 151_860,
      hidden_size: 1024,
      intermediate_size: 2816,
      num_hidden_layers: 24,
      num_attention_heads: 16,
      num_key_value_heads: 16,
    },
  },
  beside(config, { text: { hiddenSize } }) {
    doubtTie(config)
    const vision = config.object('vision_config')
    const channels = vision.positive('output_channels', 256)
    const upsampler = (inChannels: number, outChannels: number) =>
      convolution(inChannels, outChannels, [3, 3], { bias: false })
    return {
      vision_tower: tower('vision', samEncoder(vision, channels)),
      multi_modal_projector: tower(
        'projector',
        tree('GotOcr2MultiModalProjector', {
          conv_upsampler1: upsampler(channels, 2 * channels),
          conv_upsampler2: upsampler(2 * channels, hiddenSize),
          multimodal_projector: linear(hiddenSize, hiddenSize, { bias: true }),
        }),
      ),
    }
  },
})

/** The encoder of Segment Anything (Kirillov et al. 2023, arXiv:2304.02643): most layers see a window of patches, with relative positions. */
function samEncoder(config: ConfigReader, channels: number): Module {
  const hiddenSize = config.positive('hidden_size', 768)
  const heads = config.positive('num_attention_heads', 12)
  const layers = config.integer('num_hidden_layers', 12)
  const patch = config.positive('patch_size', 16)
  const side = Math.floor(sideOf(config, 'image_size', 1024) / patch)
  const full = new Set(config.integers('global_attn_indexes') ?? [2, 5, 8, 11])
  const window = config.integer('window_size', 14)
  const isRelative = config.boolean('use_rel_pos', true)
  const headDim = Math.floor(hiddenSize / heads)
  const layer = (isFull: boolean): Module => {
    const seen = isFull ? side : window
    const positions: Table = isRelative ? { 'attn.rel_pos_{h,w}': [2 * seen - 1, headDim] } : {}
    return tree('GotOcr2VisionLayer', {
      layer_norm1: layerNorm(hiddenSize),
      'attn.qkv': linear(hiddenSize, 3 * hiddenSize, { bias: config.boolean('qkv_bias', true) }),
      'attn.proj': linear(hiddenSize, hiddenSize, { bias: true }),
      ...positions,
      layer_norm2: layerNorm(hiddenSize),
      mlp: plainMlp({
        hiddenSize,
        ffnSize: config.derived('mlp_dim', 4 * hiddenSize),
        bias: true,
        names: ['lin1', 'lin2'],
      }),
    })
  }
  return tree('GotOcr2VisionEncoder', {
    pos_embed: config.boolean('use_abs_pos', true) ? [1, side, side, hiddenSize] : undefined,
    'patch_embed.projection': convolution(config.integer('num_channels', 3), hiddenSize, [patch, patch]),
    layers: listOf(layers, (index) => full.has(index) || window === 0, layer),
    'neck.conv1': convolution(hiddenSize, channels, [1, 1], { bias: false }),
    'neck.layer_norm1': layerNorm(channels),
    'neck.conv2': convolution(channels, channels, [3, 3], { bias: false }),
    'neck.layer_norm2': layerNorm(channels),
  })
}

/** transformers 5 reads `tie_word_embeddings` in the config of the whole, 4.57 in that of the language model. */
function doubtTie(config: ConfigReader): void {
  const isTied = config.object('text_config').boolean('tie_word_embeddings', !config.has('text_config'))
  if (config.raw('tie_word_embeddings') === undefined && !isTied) {
    config.doubt(
      'tie_word_embeddings is absent in the config of the whole: true, the default of transformers 5, is used here. 4.57 uses false, that of the language model.',
    )
  }
}
