import type { ConfigReader } from '../config-reader.js'
import { type Children, container, type Module, repeated } from '../module.js'
import { encoderSizes } from './audio-sizes.js'
import { convolution } from './convolution.js'
import { fairseqLayer } from './fairseq-layer.js'
import { linear } from './linear.js'
import { layerNorm } from './norm.js'
import type { WhisperEncoderSizes } from './whisper-encoder.js'

/**
 * The encoder of sound of Qwen3-Omni (Qwen team 2025, arXiv:2509.17765): three convolutions over time and frequency, then
 * transformer layers.
 *
 * @param after - what the family has after the layers
 */
export function qwen3Audio(
  type: string,
  config: ConfigReader,
  defaults: Omit<WhisperEncoderSizes, 'positions'>,
  after: (hiddenSize: number) => Children = () => ({}),
): Module {
  const sizes = encoderSizes(config, defaults)
  const { hiddenSize, layers, mels } = sizes
  const channels = config.integer('downsample_hidden_size', 480)
  const halved = (bands: number): number => Math.floor((bands + 1) / 2)
  return container(type, {
    layers: repeated(layers, fairseqLayer(`${type}Layer`, sizes)),
    ln_post: layerNorm(hiddenSize),
    conv2d1: convolution(1, channels, [3, 3]),
    conv2d2: convolution(channels, channels, [3, 3]),
    conv2d3: convolution(channels, channels, [3, 3]),
    conv_out: linear(channels * halved(halved(halved(mels))), hiddenSize),
    ...after(hiddenSize),
  })
}
