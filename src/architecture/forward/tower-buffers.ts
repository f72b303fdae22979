import type { ConfigReader } from '../config-reader.js'
import type { ForwardPass } from './forward-pass.js'

/** The forward pass of a model around a language model, whose encoder of images has buffers in float32. */
export function withTowerBuffers(elements: (vision: ConfigReader) => number) {
  return (forward: ForwardPass, config: ConfigReader): ForwardPass => ({
    ...forward,
    float32BufferElements: (forward.float32BufferElements ?? 0) + elements(config.object('vision_config')),
  })
}

/** The frequencies of an encoder that rotates heads by height and width, which transformers 5 keeps twice. */
export function axialFrequencies(headDim: number): number {
  return 2 * Math.ceil(Math.floor(headDim / 2) / 2)
}
