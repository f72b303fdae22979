import type { ConfigReader } from '../config-reader.js'
import { container, listOfAlike, type Module, repeated } from '../module.js'
import { convolution } from './convolution.js'

/** BigVGAN (Lee et al. 2022, arXiv:2206.04658), which makes sound from a spectrogram: each step halves the channels. */
export function bigVgan(config: ConfigReader): Module {
  const bands = config.integer('mel_dim', 80)
  const first = config.positive('upsample_initial_channel', 1536)
  const kernels = config.integers('resblock_kernel_sizes') ?? [3, 7, 11]
  const upsampling = config.integers('upsample_kernel_sizes') ?? [11, 7, 4, 4, 4, 4]
  const steps = (config.integers('upsample_rates') ?? [5, 3, 2, 2, 2, 2]).length
  const channelsAfter = (step: number): number => Math.floor(first / 2 ** step)
  const last = channelsAfter(steps)
  return container('Qwen2_5OmniToken2WavBigVGANModel', {
    conv_pre: convolution(bands, first, [7]),
    ups: listOfAlike(steps, String, (step) =>
      repeated(1, upsample(channelsAfter(step), channelsAfter(step + 1), upsampling[step] ?? 1)),
    ),
    resblocks: listOfAlike(steps * kernels.length, String, (index) =>
      residualBlock(channelsAfter(Math.floor(index / kernels.length) + 1), kernels[index % kernels.length] ?? 1),
    ),
    activation_post: container('TorchActivation1d', { act: snake(last) }),
    conv_post: convolution(last, 1, [7], { bias: false }),
  })
}

/** Elements of its filters, which are buffers: each activation makes its input twice as long, and short again, by 12 numbers each. */
export function bigVganFilters(config: ConfigReader): number {
  const kernels = (config.integers('resblock_kernel_sizes') ?? [3, 7, 11]).length
  const steps = (config.integers('upsample_rates') ?? [5, 3, 2, 2, 2, 2]).length
  return (6 * steps * kernels + 1) * 2 * 12
}

/** A transposed convolution: its weight is `[in, out, kernel]`. */
function upsample(inChannels: number, outChannels: number, kernel: number): Module {
  return { type: 'ConvTranspose1d', parameters: { weight: [inChannels, outChannels, kernel], bias: [outChannels] } }
}

/** Three pairs of convolutions, with an activation before each. */
function residualBlock(channels: number, kernel: number): Module {
  const convolutions = repeated(3, convolution(channels, channels, [kernel]))
  return container('AMPBlock', {
    convs1: convolutions,
    convs2: convolutions,
    activations: repeated(6, container('TorchActivation1d', { act: snake(channels) })),
  })
}

/** A periodic activation (Ziyin et al. 2020, arXiv:2006.08195) with two parameters for each channel. */
export function snake(channels: number): Module {
  return { type: 'SnakeBeta', parameters: { alpha: [channels], beta: [channels] } }
}
