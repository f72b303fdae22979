import type { ConfigReader } from '../config-reader.js'
import type { WhisperEncoderSizes } from './whisper-encoder.js'

/** Reads the sizes of an encoder with Whisper's field names. */
export function encoderSizes(
  config: ConfigReader,
  defaults: Omit<WhisperEncoderSizes, 'positions'>,
): WhisperEncoderSizes {
  return {
    hiddenSize: config.positive('d_model', defaults.hiddenSize),
    ffnSize: config.integer('encoder_ffn_dim', defaults.ffnSize),
    layers: config.integer('encoder_layers', defaults.layers),
    heads: config.positive('encoder_attention_heads', defaults.heads),
    mels: config.integer('num_mel_bins', defaults.mels),
    positions: config.integer('max_source_positions', 1500),
  }
}
