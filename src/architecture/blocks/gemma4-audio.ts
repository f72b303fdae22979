import type { ConfigReader } from '../config-reader.js'
import { container, type Module, repeated } from '../module.js'
import { convolution } from './convolution.js'
import { depthwiseConv } from './depthwise-conv.js'
import { clippable } from './gemma4-linear.js'
import { linear } from './linear.js'
import { layerNorm, rmsNorm } from './norm.js'

/** Gemma 4's encoder of sound (Google DeepMind 2026): a Conformer (Gulati et al. 2020, arXiv:2005.08100) in chunks. */
export function gemma4Audio(config: ConfigReader): { readonly module: Module; readonly outFeatures: number } {
  const hiddenSize = config.positive('hidden_size', 1024)
  const outFeatures = config.integer('output_proj_dims', 1536)
  const [first = 0, second = 0] = config.integers('subsampling_conv_channels') ?? [128, 32]
  const norm = rmsNorm(hiddenSize)
  const square = clippable(hiddenSize, hiddenSize)
  const feedForward = container(
    'Gemma4AudioFeedForward',
    {
      ffw_layer_1: clippable(hiddenSize, 4 * hiddenSize),
      ffw_layer_2: clippable(4 * hiddenSize, hiddenSize),
      pre_layer_norm: norm,
      post_layer_norm: norm,
    },
    { part: 'mlp' },
  )
  const headDim = Math.floor(hiddenSize / config.positive('num_attention_heads', 8))
  const layer = container('Gemma4AudioLayer', {
    feed_forward1: feedForward,
    feed_forward2: feedForward,
    self_attn: container(
      'Gemma4AudioAttention',
      { q_proj: square, k_proj: square, v_proj: square, post: square, relative_k_proj: linear(hiddenSize, hiddenSize) },
      { part: 'attention', parameters: { per_dim_scale: [headDim] } },
    ),
    lconv1d: container('Gemma4AudioLightConv1d', {
      linear_start: clippable(hiddenSize, 2 * hiddenSize),
      linear_end: square,
      depthwise_conv1d: depthwiseConv(hiddenSize, config.integer('conv_kernel_size', 5)),
      pre_layer_norm: norm,
      conv_norm: norm,
    }),
    norm_pre_attn: norm,
    norm_post_attn: norm,
    norm_out: norm,
  })
  const subsample = (inChannels: number, outChannels: number): Module =>
    container('Gemma4AudioSubSampleConvProjectionLayer', {
      conv: convolution(inChannels, outChannels, [3, 3], { bias: false }),
      norm: layerNorm(outChannels, { bias: false }),
    })
  const module = container('Gemma4AudioModel', {
    subsample_conv_projection: container('Gemma4AudioSubSampleConvProjection', {
      layer0: subsample(1, first),
      layer1: subsample(first, second),
      // Each convolution halves the spectrum, whose width is the number of channels of the first.
      input_proj_linear: linear(Math.floor(first / 4) * second, hiddenSize),
    }),
    layers: repeated(config.integer('num_hidden_layers', 12), layer),
    output_proj: linear(hiddenSize, outFeatures, { bias: true }),
  })
  return { module, outFeatures }
}
