import type { ConfigReader } from '../config-reader.js'
import { container, listOfAlike, type Module, repeated } from '../module.js'
import { attention } from './attention.js'
import { snake } from './big-vgan.js'
import { convolution } from './convolution.js'
import { preNormLayer } from './decoder-layer.js'
import { decoderSizes } from './decoder-sizes.js'
import { depthwiseConv } from './depthwise-conv.js'
import { embedding } from './embedding.js'
import { gatedMlp } from './gated-mlp.js'
import { linear } from './linear.js'
import { layerNorm, rmsNorm } from './norm.js'

/** What makes sound from codes in Qwen3-Omni: a small transformer, then convolutions that raise the rate (arXiv:2509.17765). */
export function codeToWave(config: ConfigReader): Module {
  const sizes = decoderSizes(config, {
    vocab_size: 1,
    hidden_size: 1024,
    intermediate_size: 3072,
    num_hidden_layers: 8,
    num_attention_heads: 16,
    num_key_value_heads: 16,
    tie_word_embeddings: false,
  })
  const { hiddenSize } = sizes
  const bias = config.boolean('attention_bias', false)
  const norm = rmsNorm(hiddenSize)
  const scale = { type: 'Qwen3OmniMoeCode2WavLayerScale', parameters: { scale: [hiddenSize] } }
  const parts = { norm, attention: attention({ ...sizes, qkvBias: bias, outputBias: bias }), mlp: gatedMlp(sizes) }
  const layer = container('Qwen3OmniMoeCode2WavTransformerLayer', {
    ...preNormLayer('', parts).children,
    self_attn_layer_scale: scale,
    mlp_layer_scale: scale,
  })
  const codes = config.integer('codebook_size', 2048) * config.integer('num_quantizers', 16)
  const factors = config.integers('upsampling_ratios') ?? [2, 2]
  return container('Qwen3OmniMoeCode2Wav', {
    pre_transformer: container('Qwen3OmniMoeCode2WavTransformerModel', { layers: repeated(sizes.layers, layer), norm }),
    code_embedding: embedding(codes, hiddenSize),
    upsample: listOfAlike(factors.length, String, (index) =>
      container('ModuleList', {
        0: upsample(hiddenSize, hiddenSize, factors[index] ?? 1),
        1: convNext(hiddenSize),
      }),
    ),
    decoder: decoder(config, hiddenSize),
  })
}

/** Blocks that each raise the rate and halve the channels, between two convolutions. */
function decoder(config: ConfigReader, hiddenSize: number): Module {
  const channels = config.positive('decoder_dim', 1536)
  const rates = config.integers('upsample_rates') ?? [8, 5, 4, 3]
  const channelsAfter = (step: number): number => Math.floor(channels / 2 ** step)
  const last = channelsAfter(rates.length)
  const modules = [
    causal(hiddenSize, channels, 7),
    ...rates.map((rate, step) => decoderBlock(channelsAfter(step), channelsAfter(step + 1), rate)),
    snake(last),
    causal(last, 1, 7),
  ]
  return listOfAlike(modules.length, String, (index) => modules[index] ?? snake(last))
}

function decoderBlock(inChannels: number, outChannels: number, rate: number): Module {
  const activation = snake(outChannels)
  const residual = container('Qwen3OmniMoeCode2WavDecoderResidualUnit', {
    act1: activation,
    conv1: causal(outChannels, outChannels, 7),
    act2: activation,
    conv2: causal(outChannels, outChannels, 1),
  })
  const items = [
    { indices: [0], module: snake(inChannels) },
    { indices: [1], module: upsample(inChannels, outChannels, 2 * rate) },
    { indices: [2, 3, 4], module: residual },
  ]
  return container('Qwen3OmniMoeCode2WavDecoderBlock', { block: { type: 'ModuleList', items } })
}

function causal(inChannels: number, outChannels: number, kernel: number): Module {
  return container('Qwen3OmniMoeCausalConvNet', { conv: convolution(inChannels, outChannels, [kernel]) })
}

/** A transposed convolution: its weight is `[in, out, kernel]`. */
function upsample(inChannels: number, outChannels: number, kernel: number): Module {
  const parameters = { weight: [inChannels, outChannels, kernel], bias: [outChannels] }
  return container('Qwen3OmniMoeCausalTransConvNet', { conv: { type: 'ConvTranspose1d', parameters } })
}

/** ConvNeXt's block (Liu et al. 2022, arXiv:2201.03545) over time. */
function convNext(channels: number): Module {
  return container(
    'Qwen3OmniMoeConvNeXtBlock',
    {
      dwconv: container('Qwen3OmniMoeCausalConvNet', { conv: depthwiseConv(channels, 7, { bias: true }) }),
      norm: layerNorm(channels),
      pwconv1: linear(channels, 4 * channels, { bias: true }),
      pwconv2: linear(4 * channels, channels, { bias: true }),
    },
    { parameters: { gamma: [channels] } },
  )
}
