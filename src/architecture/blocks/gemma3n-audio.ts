import type { ConfigReader } from '../config-reader.js'
import { container, type Module, repeated } from '../module.js'
import { convolution } from './convolution.js'
import { depthwiseConv } from './depthwise-conv.js'
import { linear } from './linear.js'
import { rmsNorm } from './norm.js'

/** Gemma 3n's encoder of sound: the Universal Speech Model (Zhang et al. 2023, arXiv:2303.01037), a Conformer in chunks. */
export function gemma3nAudio(config: ConfigReader, hiddenSize: number): Module {
  const norm = rmsNorm(hiddenSize)
  const square = linear(hiddenSize, hiddenSize)
  const feedForward = container(
    'Gemma3nAudioConformerFeedForward',
    {
      pre_layer_norm: norm,
      ffw_layer_1: linear(hiddenSize, 4 * hiddenSize),
      ffw_layer_2: linear(4 * hiddenSize, hiddenSize),
      post_layer_norm: norm,
    },
    { part: 'mlp' },
  )
  const headDim = Math.floor(hiddenSize / config.positive('conf_num_attention_heads', 8))
  const attn = container(
    'Gemma3nAudioAttention',
    {
      relative_position_embedding: container('Gemma3nAudioRelativePositionEmbedding', { pos_proj: square }),
      q_proj: square,
      k_proj: square,
      v_proj: square,
    },
    { part: 'attention', parameters: { per_dim_scale: [headDim] } },
  )
  const block = container('Gemma3nAudioConformerBlock', {
    ffw_layer_start: feedForward,
    attention: container('Gemma3nAudioConformerAttention', {
      pre_attn_norm: norm,
      attn,
      post: square,
      post_norm: norm,
    }),
    lconv1d: container('Gemma3nAudioConformerLightConv1d', {
      pre_layer_norm: norm,
      linear_start: linear(hiddenSize, 2 * hiddenSize),
      depthwise_conv1d: depthwiseConv(hiddenSize, config.integer('conf_conv_kernel_size', 5)),
      conv_norm: norm,
      linear_end: square,
    }),
    ffw_layer_end: feedForward,
    norm,
  })
  return container('Gemma3nAudioEncoder', {
    subsample_conv_projection: subsampling(config, hiddenSize),
    conformer: repeated(config.integer('conf_num_hidden_layers', 12), block),
  })
}

/** Two convolutions that make the recording shorter, and a projection of their channels and frequencies. */
function subsampling(config: ConfigReader, hiddenSize: number): Module {
  const [first = 0, second = 0] = config.integers('sscp_conv_channel_size') ?? [128, 32]
  const kernels = pairs(config, 'sscp_conv_kernel_size', [3, 3])
  const strides = pairs(config, 'sscp_conv_stride_size', [2, 2])
  const block = (inChannels: number, outChannels: number, kernel: Pair): Module =>
    container('Gemma3nAudioSSCPConvBlock', {
      conv: convolution(inChannels, outChannels, kernel, { bias: false }),
      norm: { ...rmsNorm(outChannels), type: 'Gemma3nAudioCumulativeGroupNorm' },
    })
  // Each convolution pads the frequencies by one on either side.
  const narrowed = (width: number, [, kernel]: Pair, [, stride]: Pair): number =>
    Math.floor((width + 2 - kernel) / stride) + 1
  const width = narrowed(
    narrowed(config.integer('input_feat_size', 128), kernels[0], strides[0]),
    kernels[1],
    strides[1],
  )
  return container('Gemma3nAudioSubSampleConvProjection', {
    conv_0: block(1, first, kernels[0]),
    conv_1: block(first, second, kernels[1]),
    input_proj_linear: linear(second * width, hiddenSize),
  })
}

/** Over time, and over frequencies. */
type Pair = readonly [number, number]

/** Two pairs, such as `[[3, 3], [3, 3]]`. */
function pairs(config: ConfigReader, name: string, absent: Pair): readonly [Pair, Pair] {
  if (!config.has(name)) return [absent, absent]
  const value = config.raw(name)
  if (!Array.isArray(value)) throw config.invalid(name, EXPECTED_PAIRS)
  const [first, second] = value
  if (!isPair(first) || !isPair(second)) throw config.invalid(name, EXPECTED_PAIRS)
  return [first, second]
}

const EXPECTED_PAIRS = 'two pairs of integers of at least 1'

function isPair(value: unknown): value is Pair {
  return Array.isArray(value) && value.length === 2 && value.every((each) => Number.isSafeInteger(each) && each >= 1)
}
