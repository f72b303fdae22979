import { embedding } from '../blocks/embedding.js'
import { gemma3nAudio } from '../blocks/gemma3n-audio.js'
import { linear } from '../blocks/linear.js'
import { mobileNetV5 } from '../blocks/mobilenet-v5.js'
import { rmsNorm } from '../blocks/norm.js'
import { CheckpointError } from '../checkpoint-error.js'
import type { ConfigReader } from '../config-reader.js'
import { container, type Module, tower } from '../module.js'
import { gemma3nWords } from '../senses/gemma3n.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** Gemma 3n (Google DeepMind 2025, https://ai.google.dev/gemma/docs/gemma-3n), with its encoders of images and sound. */
export const gemma3n = multimodalFamily({
  modelType: 'gemma3n',
  unreplayed: ['adapters under autocast'],
  name: 'Gemma3n',
  madeAfterText: ['audio_tower', 'embed_vision', 'embed_audio'],
  text: { family: 'gemma3n_text' },
  words: gemma3nWords,
  changes: (forward) => ({
    ...forward,
    replacesIdsOfLayers: true,
    logits: { ...forward.logits, shifts: 'float32' },
  }),
  beside(config, { text }) {
    const vision = config.object('vision_config')
    const audio = config.object('audio_config')
    const audioSize = audio.positive('hidden_size', 1536)
    return {
      vision_tower: tower('vision', container('TimmWrapperModel', { timm_model: timmModel(vision) })),
      audio_tower: tower('audio', gemma3nAudio(audio, audioSize)),
      embed_vision: embedder(vision, vision.positive('hidden_size', 2048), text.hiddenSize),
      embed_audio: embedder(audio, audioSize, text.hiddenSize),
    }
  },
})

function timmModel(config: ConfigReader): Module {
  const name = config.string('architecture', USUAL)
  if (name === USUAL) return mobileNetV5()
  throw new CheckpointError('unsupported_architecture', `Unknown image encoder ${JSON.stringify(name)}`, {
    place: [...config.place, 'architecture'],
    help: `Only ${USUAL} is described. Totals and linear layers can be derived from the safetensors headers`,
  })
}

const USUAL = 'mobilenetv5_300m_enc'

/** What makes vectors of the language model from those of an encoder, and from special tokens of its own. */
function embedder(config: ConfigReader, size: number, outFeatures: number): Module {
  return tower(
    'projector',
    container('Gemma3nMultimodalEmbedder', {
      embedding: embedding(config.integer('vocab_size', 128), size),
      hard_embedding_norm: rmsNorm(size),
      soft_embedding_norm: rmsNorm(size),
      embedding_projection: linear(size, outFeatures),
    }),
  )
}
