import { container, listOfAlike, type Module } from '../module.js'
import { convolution } from './convolution.js'
import { depthwiseConv2d } from './depthwise-conv.js'
import { rmsNorm } from './norm.js'

/**
 * MobileNet-V5 with 300 million parameters, as the library timm builds `mobilenetv5_300m_enc`: Gemma 3n's image encoder. Its
 * sizes are fixed: convolutions, then stages that alternate attention over the image with bottlenecks.
 */
export function mobileNetV5(): Module {
  return container('MobileNetV5Encoder', {
    conv_stem: container('ConvNormAct', { conv: convolution(3, 64, [3, 3]), bn: rmsNorm(64) }),
    blocks: container('Sequential', Object.fromEntries(STAGES.map((blocks, index) => [index, stage(blocks)]))),
    msfa: container('MobileNetV5MultiScaleFusionAdapter', {
      ffn: container('UniversalInvertedResidual', {
        pw_exp: pointwise(640 + 1280, 3840),
        pw_proj: pointwise(3840, OUT_FEATURES),
      }),
      norm: rmsNorm(OUT_FEATURES),
    }),
  })
}

/** The channels of its output. */
const OUT_FEATURES = 2048

/** A block of a stage: its kind, and the numbers that this kind has. */
type Block =
  | readonly [kind: 'edge', inChannels: number, middle: number, outChannels: number]
  | readonly [kind: 'inverted', inChannels: number, middle: number, outChannels: number, start?: number, mid?: number]
  | readonly [kind: 'attention', channels: number, heads: number, headDim: number, isReduced: boolean]

const times = (count: number, ...blocks: readonly Block[]): Block[] =>
  Array.from({ length: count }, () => blocks).flat()

const STAGES: readonly (readonly Block[])[] = [
  [['edge', 64, 256, 128], ...times(2, ['edge', 128, 512, 128])],
  [['inverted', 128, 768, 256, 3, 5], ...times(2, ['inverted', 256, 1024, 256, 5], ['inverted', 256, 1024, 256, 3])],
  [
    ['inverted', 256, 1536, 640, 5, 5],
    ...times(7, ['inverted', 640, 2560, 640, 5]),
    ['inverted', 640, 640, 640],
    ...times(14, ['attention', 640, 12, 64, true], ['inverted', 640, 1280, 640]),
  ],
  [
    ['inverted', 640, 3840, 1280, 5, 5],
    ...times(19, ['attention', 1280, 16, 96, false], ['inverted', 1280, 2560, 1280]),
  ],
]

function stage(blocks: readonly Block[]): Module {
  return listOfAlike(
    blocks.length,
    (index) => String(blocks[index]),
    (index) => moduleOf(blocks[index] ?? ['edge', 0, 0, 0]),
  )
}

function moduleOf(block: Block): Module {
  if (block[0] === 'attention') return attentionBlock(block)
  const [kind, inChannels, middle, outChannels, start, mid] = block
  if (kind === 'edge') {
    return container('EdgeResidual', {
      conv_exp: convolution(inChannels, middle, [3, 3], { bias: false }),
      bn1: rmsNorm(middle),
      conv_pwl: convolution(middle, outChannels, [1, 1], { bias: false }),
      bn2: rmsNorm(outChannels),
    })
  }
  return container('UniversalInvertedResidual', {
    dw_start: start === undefined ? undefined : depthwise(inChannels, start),
    pw_exp: pointwise(inChannels, middle),
    dw_mid: mid === undefined ? undefined : depthwise(middle, mid),
    pw_proj: pointwise(middle, outChannels),
    layer_scale: layerScale(outChannels),
  })
}

/** Attention in which all heads share keys and values; they may be of an image of half the size. */
function attentionBlock([, channels, heads, headDim, isReduced]: Extract<Block, readonly ['attention', ...unknown[]]>) {
  const plain = (inChannels: number, outChannels: number): Module =>
    convolution(inChannels, outChannels, [1, 1], NO_BIAS)
  const keys = container('Sequential', {
    down_conv: isReduced ? depthwiseConv2d(channels, 3) : undefined,
    norm: isReduced ? rmsNorm(channels) : undefined,
    proj: plain(channels, headDim),
  })
  const attn = container('MultiQueryAttention2d', {
    query: container('Sequential', { proj: plain(channels, heads * headDim) }),
    key: keys,
    value: keys,
    output: container('Sequential', { proj: plain(heads * headDim, channels) }),
  })
  return container('MobileAttention', { norm: rmsNorm(channels), attn, layer_scale: layerScale(channels) })
}

const NO_BIAS = { bias: false }

function pointwise(inChannels: number, outChannels: number): Module {
  const conv = convolution(inChannels, outChannels, [1, 1], NO_BIAS)
  return container('ConvNormAct', { conv, bn: rmsNorm(outChannels) })
}

function depthwise(channels: number, kernel: number): Module {
  return container('ConvNormAct', { conv: depthwiseConv2d(channels, kernel), bn: rmsNorm(channels) })
}

function layerScale(channels: number): Module {
  return { type: 'LayerScale2d', parameters: { gamma: [channels] } }
}
