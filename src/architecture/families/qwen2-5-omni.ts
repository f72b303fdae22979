import { attention } from '../blocks/attention.js'
import { bigVgan, bigVganFilters } from '../blocks/big-vgan.js'
import { preNormLayer } from '../blocks/decoder-layer.js'
import { decoderModel } from '../blocks/decoder-model.js'
import { decoderSizes } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { gatedMlp } from '../blocks/gated-mlp.js'
import { linear } from '../blocks/linear.js'
import { rmsNorm } from '../blocks/norm.js'
import { speechDiffusion } from '../blocks/speech-diffusion.js'
import type { ConfigReader } from '../config-reader.js'
import { container, type Module, repeated, tower } from '../module.js'
import { omniFamily } from '../shapes/omni-family.js'

/**
 * Qwen2.5-Omni (Xu et al. 2025, arXiv:2503.20215): a thinker that writes, a talker that makes codes of speech from its vectors,
 * and two networks that make sound from the codes.
 */
export const qwen25Omni = omniFamily({
  modelType: 'qwen2_5_omni',
  name: 'Qwen2_5Omni',
  thinker: 'qwen2_5_omni_thinker',
  // `Qwen2_5OmniForConditionalGeneration` calls `token2wav.float()`.
  inFloat32: ['token2wav'],
  speechBuffers(config) {
    const talking = config.object('talker_config')
    const sound = config.object('token2wav_config')
    const attentions = 1 + talking.integer('num_hidden_layers', 28)
    return (
      attentions * Math.ceil(talking.integer('head_dim', 128) / 2) +
      Math.ceil(sound.object('dit_config').integer('head_dim', 64) / 2) +
      bigVganFilters(sound.object('bigvgan_config'))
    )
  },
  speech(config) {
    const sound = config.object('token2wav_config')
    return {
      talker: tower('audio', talker(config.object('talker_config'))),
      token2wav: tower(
        'audio',
        container('Qwen2_5OmniToken2WavModel', {
          code2wav_dit_model: speechDiffusion(sound.object('dit_config')),
          code2wav_bigvgan_model: bigVgan(sound.object('bigvgan_config')),
        }),
      ),
    }
  },
})

/** Qwen 2.5 whose tokens are codes of speech, and whose embeddings have the width of the thinker. */
function talker(config: ConfigReader): Module {
  const sizes = decoderSizes(config, {
    vocab_size: 8448,
    hidden_size: 3584,
    intermediate_size: 18_944,
    num_hidden_layers: 28,
    num_attention_heads: 28,
    num_key_value_heads: 4,
    head_dim: 128,
    tie_word_embeddings: false,
  })
  const { hiddenSize, vocabSize } = sizes
  const embeddingSize = config.integer('embedding_size', 3584)
  const norm = rmsNorm(hiddenSize)
  const layer = preNormLayer('Qwen2_5OmniDecoderLayer', {
    norm,
    attention: attention({ ...sizes, qkvBias: true }),
    mlp: gatedMlp(sizes),
  })
  return container('Qwen2_5OmniTalkerForConditionalGeneration', {
    thinker_to_talker_proj: linear(embeddingSize, hiddenSize, { bias: true }),
    model: container('Qwen2_5OmniTalkerModel', {
      ...decoderModel('', { ...sizes, layers: repeated(sizes.layers, layer), norm }).children,
      embed_tokens: embedding(vocabSize, embeddingSize),
    }),
    codec_head: linear(hiddenSize, vocabSize),
  })
}
