import type { ConfigReader } from '../config-reader.js'
import type { ForwardPass } from './forward-pass.js'

/**
 * A forward pass inside a thinker of Qwen's omni models: the places of frames of sound, and the frequencies of patches of images, are in
 * float32 also while nothing passes through the encoders, and a prefill computes the logits of all tokens.
 */
export function besideOmniEncoders(forward: ForwardPass, config: ConfigReader): ForwardPass {
  const audio = config.object('audio_config')
  const vision = config.object('vision_config')
  const frames = audio.integer('max_source_positions', 1500) * audio.positive(['d_model', 'hidden_size'], 1280)
  const angles = Math.floor(vision.positive('hidden_size', 3584) / vision.positive('num_heads', 16) / 4)
  return {
    ...forward,
    ...(forward.rotation && { rotation: { ...forward.rotation, axesOfText: 'one' } }),
    float32BufferElements: (forward.float32BufferElements ?? 0) + frames + angles,
    logits: { ...forward.logits, prefill: 'allTokens', besideEmbeddings: true },
  }
}
