import { llavaProjector } from '../blocks/projector.js'
import { whisperEncoder } from '../blocks/whisper-encoder.js'
import { tower } from '../module.js'
import { voxtralSound } from '../senses/sound.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** Voxtral (Liu et al. 2025, arXiv:2507.13264): Ministral with Whisper's encoder, four frames joined into one token. */
export const voxtral = multimodalFamily({
  modelType: 'voxtral',
  name: 'Voxtral',
  madeAfterText: ['multi_modal_projector'],
  holds: 'whole',
  sound: voxtralSound,
  // `_keep_in_fp32_modules_strict` of its class, also in bfloat16 (transformers 4.57.6).
  changes: (forward) => ({ ...forward, float32Modules: ['audio_tower.embed_positions'] }),
  text: {
    family: 'llama',
    defaults: {
      vocab_size: 131_072,
      max_position_embeddings: 131_072,
      hidden_size: 3072,
      intermediate_size: 8192,
      num_hidden_layers: 30,
      num_key_value_heads: 8,
      head_dim: 128,
    },
  },
  beside(config, { text }) {
    const audio = config.object('audio_config')
    const sizes = {
      hiddenSize: audio.positive('hidden_size', 1280),
      ffnSize: audio.integer('intermediate_size', 5120),
      layers: audio.integer('num_hidden_layers', 32),
      heads: audio.positive('num_attention_heads', 20),
      mels: audio.integer('num_mel_bins', 128),
      positions: audio.integer('max_source_positions', 1500),
    }
    return {
      audio_tower: tower('audio', whisperEncoder('VoxtralEncoder', sizes)),
      multi_modal_projector: llavaProjector(
        'VoxtralMultiModalProjector',
        { inFeatures: sizes.ffnSize, outFeatures: text.hiddenSize },
        { bias: false },
      ),
    }
  },
})
