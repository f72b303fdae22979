import { encoderSizes } from '../blocks/audio-sizes.js'
import { linear } from '../blocks/linear.js'
import { whisperEncoder } from '../blocks/whisper-encoder.js'
import { container, tower } from '../module.js'
import { qwen2AudioSound } from '../senses/sound.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** Qwen2-Audio (Chu et al. 2024, arXiv:2407.10759): Qwen 2 with Whisper's encoder. */
export const qwen2Audio = multimodalFamily({
  modelType: 'qwen2_audio',
  name: 'Qwen2Audio',
  holds: 'whole',
  sound: qwen2AudioSound,
  changes: (forward) => ({ ...forward, logits: { ...forward.logits, shifts: 'model', prefill: 'allTokens' } }),
  text: { family: 'qwen2' },
  beside(config, { text }) {
    const sizes = encoderSizes(config.object('audio_config'), {
      mels: 128,
      hiddenSize: 1280,
      layers: 32,
      heads: 20,
      ffnSize: 5120,
    })
    return {
      audio_tower: tower('audio', whisperEncoder('Qwen2AudioEncoder', sizes)),
      multi_modal_projector: tower(
        'projector',
        container('Qwen2AudioMultiModalProjector', {
          linear: linear(sizes.hiddenSize, text.hiddenSize, { bias: true }),
        }),
      ),
    }
  },
})
