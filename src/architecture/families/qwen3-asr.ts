import { llavaProjector } from '../blocks/projector.js'
import { qwen3Audio } from '../blocks/qwen3-audio.js'
import type { ConfigReader } from '../config-reader.js'
import type { ForwardPass } from '../forward/index.js'
import { withFrequenciesTwice } from '../forward/newer-frequencies.js'
import { tower } from '../module.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** Qwen3-ASR (Qwen team 2026, https://qwen.ai): Qwen 3 with the encoder of sound of Qwen3-Omni. */
export const qwen3Asr = multimodalFamily({
  modelType: 'qwen3_asr',
  name: 'Qwen3ASR',
  madeAfterText: ['multi_modal_projector'],
  tokenClassifierBias: (config) => config.boolean('token_classification_bias', false),
  text: {
    family: 'qwen3',
    tied: true,
    whenAbsent: {
      hidden_size: 2048,
      intermediate_size: 6144,
      num_hidden_layers: 28,
      num_attention_heads: 16,
      num_key_value_heads: 8,
      head_dim: 128,
      max_position_embeddings: 65_536,
    },
  },
  changes: (forward, config) => withSinusoids(withFrequenciesTwice(forward), config.object('audio_config')),
  beside(config) {
    const audio = config.object('audio_config')
    const defaults = { mels: 128, hiddenSize: 1024, layers: 24, heads: 16, ffnSize: 4096 }
    const inFeatures = audio.positive('d_model', defaults.hiddenSize)
    return {
      audio_tower: tower('audio', qwen3Audio('Qwen3ASREncoder', audio, defaults)),
      multi_modal_projector: llavaProjector(
        'Qwen3ASRMultiModalProjector',
        { inFeatures, innerFeatures: inFeatures, outFeatures: audio.integer('output_dim', 3584) },
        { bias: true },
      ),
    }
  },
})

/** The positions of a chunk of sound are a buffer in float32. */
function withSinusoids(forward: ForwardPass, audio: ConfigReader): ForwardPass {
  const elements = audio.integer('max_position_embeddings', 13) * audio.positive('d_model', 1024)
  return { ...forward, float32BufferElements: (forward.float32BufferElements ?? 0) + elements }
}
