import { gemma4Audio } from '../blocks/gemma4-audio.js'
import { gemma4Vision } from '../blocks/gemma4-vision.js'
import { linear } from '../blocks/linear.js'
import { besideGemma4Encoders } from '../forward/gemma4-towers.js'
import { type Children, container, type Module, tower } from '../module.js'
import { gemma4Images } from '../senses/gemma4.js'
import { gemma4Sound } from '../senses/gemma4-sound.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** Gemma 4 (Google DeepMind 2026, https://ai.google.dev/gemma/docs/core), with the encoders that its config has. */
export const gemma4 = multimodalFamily({
  modelType: 'gemma4',
  liger: { norms: 'beside', keeps: ['rotation'], isUnrecorded: true },
  name: 'Gemma4',
  madeAfterText: ['embed_vision', 'audio_tower', 'embed_audio'],
  text: { family: 'gemma4_text', tied: true },
  images: gemma4Images,
  sound: gemma4Sound,
  changes: (forward, config) => ({ ...besideGemma4Encoders(forward, config), placeholderMasks: 4 }),
  beside(config, { text }) {
    const vision = config.has('vision_config') ? gemma4Vision(config.object('vision_config')) : undefined
    const audio = config.has('audio_config') ? gemma4Audio(config.object('audio_config')) : undefined
    const children: Children = {
      vision_tower: vision && tower('vision', vision.module),
      audio_tower: audio && tower('audio', audio.module),
      embed_vision: vision && embedder(vision.outFeatures, text.hiddenSize),
      embed_audio: audio && embedder(audio.outFeatures, text.hiddenSize),
    }
    return children
  },
  loraTargets: '.*language_model\\..*\\.(q_proj|v_proj)',
})

/** What makes vectors of the language model from those of an encoder. */
function embedder(inFeatures: number, outFeatures: number): Module {
  return tower(
    'projector',
    container('Gemma4MultimodalEmbedder', { embedding_projection: linear(inFeatures, outFeatures) }),
  )
}
