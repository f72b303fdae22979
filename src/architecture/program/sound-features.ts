import type { ConfigReader } from '../config-reader.js'
import { give, written } from './build.js'
import type { Frames, Strided } from './count.js'
import { RATE, SAMPLES } from './sound.js'
import type { Steps } from './steps.js'

/** What the convolutions make of the sound. */
export interface Sound {
  readonly convolutions: readonly Convolution[]
  /** The steps that are left. */
  readonly frames: Frames
  /** Those behind each convolution of the adapter. */
  readonly adapted: readonly Frames[]
  /** The features of a step in the end. */
  readonly width: number
}

interface Convolution {
  readonly width: number
  readonly frames: Frames
}

/** Reads the sizes of the convolutions over the sound, and of those of an adapter. */
export function soundOf(config: ConfigReader): Sound {
  const widths = config.integers('conv_dim') ?? Array.from({ length: 7 }, () => 512)
  const kernels = config.integers('conv_kernel') ?? [10, 3, 3, 3, 3, 2, 2]
  const strides = config.integers('conv_stride') ?? [5, 2, 2, 2, 2, 2, 2]
  const before: Strided[] = []
  const next = (kernel: number, stride: number): Frames => {
    before.push({ kernel, stride })
    return { frames: [...before], rate: RATE }
  }
  const convolutions = widths.map((width, index) => ({ width, frames: next(kernels[index] ?? 1, strides[index] ?? 1) }))
  const frames = convolutions.at(-1)?.frames ?? SAMPLES
  const isAdapted = config.boolean('add_adapter', false)
  // Each has a zero before and behind the steps.
  const kernel = config.positive('adapter_kernel_size', 3) - 2
  const stride = config.positive('adapter_stride', 2)
  const layers = isAdapted ? config.integer('num_adapter_layers', 3) : 0
  return {
    convolutions,
    frames,
    adapted: Array.from({ length: layers }, () => next(kernel, stride)),
    width: widths.at(-1) ?? 512,
  }
}

/** Whether all convolutions over the sound have a layer norm. The first has a group norm otherwise. */
export const isLayerNormed = (config: ConfigReader): boolean => config.string('feat_extract_norm', 'group') === 'layer'

/** The convolutions over the sound, each of which can be recomputed. The first has a norm of each channel, or all have one of each step. */
export function extractor(config: ConfigReader, { convolutions }: Sound): Steps {
  const isLayer = isLayerNormed(config)
  const activation = config.string('feat_extract_activation', 'gelu')
  return [
    {
      each: 'conv_layers',
      carries: 'x',
      kinds: convolutions.map(({ width, frames }, index) => {
        const before = convolutions[index - 1]
        return [
          give(
            written({
              kind: 'soundConvolution',
              from: before ? ['batch', before.width, before.frames] : ['batch', 1, SAMPLES],
              to: ['batch', width, frames],
              norm: isLayer ? 'steps' : index === 0 ? 'channels' : 'none',
              activation,
              isTurned: isLayer && index > 0,
            }),
          ),
        ]
      }),
      kindOf: convolutions.map((_, index) => index),
    },
    give('x'),
  ]
}
