import { linear } from '../blocks/linear.js'
import { qwenPatchMerger } from '../blocks/qwen-vision.js'
import { qwen3Audio } from '../blocks/qwen3-audio.js'
import { qwen3Vision } from '../blocks/qwen3-vision.js'
import { withAxes } from '../forward/axes.js'
import { besideOmniEncoders } from '../forward/omni-forward.js'
import { tower } from '../module.js'
import { qwen3OmniImages, qwen3OmniSound } from '../senses/omni3.js'
import { multimodalFamily } from '../shapes/multimodal-family.js'

/** The part of Qwen3-Omni that sees, hears and writes (Qwen team 2025, arXiv:2509.17765). */
export const qwen3OmniMoeThinker = multimodalFamily({
  modelType: 'qwen3_omni_moe_thinker',
  name: 'Qwen3OmniMoeThinker',
  holds: 'open',
  images: qwen3OmniImages,
  sound: qwen3OmniSound,
  hearsFirst: true,
  text: {
    family: 'qwen3_omni_moe_text',
    defaults: {
      vocab_size: 3584,
      intermediate_size: 18_944,
      num_hidden_layers: 28,
      num_attention_heads: 28,
      norm_topk_prob: true,
    },
  },
  changes: (forward, config) => besideOmniEncoders(withAxes('inTable')(forward), config),
  beside(config) {
    const audio = config.object('audio_config')
    const encoder = qwen3Audio(
      'Qwen3OmniMoeAudioEncoder',
      audio,
      { mels: 128, hiddenSize: 1280, layers: 32, heads: 20, ffnSize: 5120 },
      (hiddenSize) => ({
        proj1: linear(hiddenSize, hiddenSize, { bias: true }),
        proj2: linear(hiddenSize, audio.integer('output_dim', 3584), { bias: true }),
      }),
    )
    const vision = config.object('vision_config')
    return {
      audio_tower: tower('audio', encoder),
      visual: qwen3Vision('Qwen3OmniMoe', vision, [8, 16, 24], {
        merger: qwenPatchMerger,
        mergers: 'merger_list',
        mergersFirst: true,
      }),
    }
  },
})
