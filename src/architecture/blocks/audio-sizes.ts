import type { ConfigReader } from '../config-reader.js'
import { encoderLayers, headsDividing } from './stacks.js'
import type { WhisperEncoderSizes } from './whisper-encoder.js'

/** Reads the sizes of an encoder with Whisper's field names, or with the common names that its class takes for them. */
export function encoderSizes(
  config: ConfigReader,
  defaults: Omit<WhisperEncoderSizes, 'positions'>,
): WhisperEncoderSizes {
  const hiddenSize = config.positive(['d_model', 'hidden_size'], defaults.hiddenSize)
  const headNames = ['encoder_attention_heads', 'num_attention_heads']
  return {
    hiddenSize,
    ffnSize: config.integer('encoder_ffn_dim', defaults.ffnSize),
    layers: encoderLayers(config, defaults.layers),
    heads: headsDividing(config, headNames, defaults.heads, hiddenSize),
    mels: config.integer('num_mel_bins', defaults.mels),
    positions: config.integer('max_source_positions', 1500),
  }
}
