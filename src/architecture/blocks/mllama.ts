import type { ConfigReader } from '../config-reader.js'

/** The layers of Llama 3.2 Vision's language model that attend to images. */
export function crossingLayers(text: ConfigReader): readonly number[] {
  return text.integers('cross_attention_layers') ?? [3, 8, 13, 18, 23, 28, 33, 38]
}
