import type { ConfigReader } from '../config-reader.js'
import { container, type Module, repeated } from '../module.js'
import { attention } from './attention.js'
import { convolution } from './convolution.js'
import { depthwiseConv2d } from './depthwise-conv.js'
import { embedding } from './embedding.js'
import { fusedGatedMlp } from './gated-mlp.js'
import { linear } from './linear.js'
import { layerNorm } from './norm.js'

/** The encoder of sound of Phi-4-multimodal (Microsoft 2025, arXiv:2503.01743): a Conformer (Gulati et al. 2020, arXiv:2005.08100). */
export function phi4Audio(config: ConfigReader): { readonly module: Module; readonly outFeatures: number } {
  const hiddenSize = config.positive('hidden_size', 1024)
  const ffnSize = config.integer('intermediate_size', 1536)
  const heads = config.positive('num_attention_heads', 16)
  const headDim = Math.floor(hiddenSize / heads)
  const norm = layerNorm(hiddenSize)
  const feedForward = container(
    'Phi4MultimodalAudioMLP',
    { layer_norm: norm, ...fusedGatedMlp({ hiddenSize, ffnSize, bias: true }).children },
    { part: 'mlp' },
  )
  const layer = container('Phi4MultimodalAudioConformerEncoderLayer', {
    feed_forward_in: feedForward,
    self_attn: attention({ hiddenSize, heads, kvHeads: heads, headDim, qkvBias: true, outputBias: true }),
    conv: convolutions(config, hiddenSize),
    feed_forward_out: feedForward,
    layer_norm_att: norm,
    layer_norm: norm,
  })
  const distances = config.integer('bias_max_distance', 1000) * (config.boolean('bias_symmetric', false) ? 1 : 2)
  const module = container('Phi4MultimodalAudioModel', {
    embed: subsampling(config, hiddenSize),
    relative_attention_bias_layer: container('Phi4MultimodalAudioRelativeAttentionBias', {
      bias_values: embedding(distances, heads),
    }),
    encoders: repeated(config.integer('num_blocks', 24), layer),
  })
  return { module, outFeatures: hiddenSize * config.positive('downsample_rate', 1) }
}

/** The convolutions of a layer: over single frames, then over neighbouring ones. */
function convolutions(config: ConfigReader, hiddenSize: number): Module {
  const outer = config.integer('ext_pw_out_channel', 1024)
  const inner = hiddenSize * config.positive('depthwise_multiplier', 1)
  return container('Phi4MultimodalAudioConvModule', {
    layer_norm: layerNorm(hiddenSize),
    glu: container(
      'Phi4MultimodalAudioGluPointWiseConv',
      { ext_pw_conv_1d: convolution(hiddenSize, 2 * outer, [1]) },
      { parameters: { b1: [1, outer, 1], b2: [1, outer, 1] } },
    ),
    dw_sep_conv_1d: container('Phi4MultimodalAudioDepthWiseSeparableConv1d', {
      dw_conv: {
        type: 'Conv1d',
        parameters: { weight: [inner, 1, config.positive('kernel_size', 3)], bias: [inner] },
      },
      pw_conv: convolution(inner, config.integer('depthwise_separable_out_channel', 1024), [1]),
    }),
    ext_pw_conv_1d: convolution(hiddenSize, outer, [1]),
  })
}

/** Convolutions that each halve time and frequency, and a projection of what is left. */
function subsampling(config: ConfigReader, hiddenSize: number): Module {
  const channels = config.positive('nemo_conv_channels', 1024)
  const halvings = Math.trunc(Math.log2(config.positive('time_reduction', 8)))
  const bands = Array.from({ length: halvings }).reduce(
    (width: number) => Math.floor((width - 1) / 2 + 1),
    config.integer('input_size', 80),
  )
  const depthwise = depthwiseConv2d(channels, 3, { bias: true })
  const later = Array.from({ length: Math.max(0, halvings - 1) }, (_, index) => 3 * index + 2)
  const items = [
    { indices: [0], module: convolution(1, channels, [3, 3]) },
    // An activation stands between them.
    { indices: later, module: depthwise },
    { indices: later.map((index) => index + 1), module: convolution(channels, channels, [1, 1]) },
  ]
  return container('Phi4MultimodalAudioNemoConvSubsampling', {
    conv: { type: 'Sequential', items },
    out: linear(channels * bands, hiddenSize, { bias: true }),
  })
}
