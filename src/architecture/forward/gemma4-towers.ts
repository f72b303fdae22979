import type { ConfigReader } from '../config-reader.js'
import type { ForwardPass } from './forward-pass.js'
import { axialFrequencies } from './tower-buffers.js'

/** A forward pass beside Gemma 4's encoders, whose buffers exist also while nothing passes through them. */
export function besideGemma4Encoders(forward: ForwardPass, config: ConfigReader): ForwardPass {
  const vision = config.has('vision_config') ? config.object('vision_config') : undefined
  const audio = config.has('audio_config') ? config.object('audio_config') : undefined
  const numbers = (vision ? ofImages(vision) : 0) + (audio ? ofSound(audio) : 0)
  const frequencies = vision ? axialFrequencies(vision.positive('head_dim', 64)) : 0
  return {
    ...forward,
    bufferElements: (forward.bufferElements ?? 0) + numbers,
    float32BufferElements: (forward.float32BufferElements ?? 0) + frequencies,
  }
}

/** Two limits of what goes into a linear layer that clips, and two of what comes out. */
const LIMITS = 4

/** The limits of seven linear layers in each layer, and two numbers for each feature of the output. */
function ofImages(vision: ConfigReader): number {
  const limits = vision.boolean('use_clipped_linears', false) ? 7 * LIMITS : 0
  const standard = vision.boolean('standardize', false) ? 2 * vision.positive('hidden_size', 768) : 0
  return vision.integer('num_hidden_layers', 16) * limits + standard
}

/** Time scales; a soft cap in each layer, and the limits of ten linear layers. */
function ofSound(audio: ConfigReader): number {
  const limits = audio.boolean('use_clipped_linears', true) ? 10 * LIMITS : 0
  return Math.floor(audio.positive('hidden_size', 1024) / 2) + audio.integer('num_hidden_layers', 12) * (1 + limits)
}
