import { encoderSizes } from '../blocks/audio-sizes.js'
import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { layerNorm } from '../blocks/norm.js'
import { whisperEncoder, whisperLayer } from '../blocks/whisper-encoder.js'
import { container, repeated } from '../module.js'
import { headedFamily } from '../shapes/headed-family.js'
import { outputEmbedding } from '../shapes/headed-model.js'

/** Whisper (Radford et al. 2022, arXiv:2212.04356): a speech encoder and a text decoder. */
export const whisper = headedFamily({
  modelType: 'whisper',
  name: 'Whisper',
  prefix: 'model',
  fieldNames: {
    hidden_size: 'd_model',
    num_hidden_layers: 'encoder_layers',
    num_attention_heads: 'encoder_attention_heads',
    intermediate_size: 'encoder_ffn_dim',
    max_position_embeddings: 'max_target_positions',
  },
  defaults: {
    vocab_size: 51_865,
    hidden_size: 384,
    intermediate_size: 1536,
    num_hidden_layers: 4,
    num_attention_heads: 6,
    max_position_embeddings: 448,
    tie_word_embeddings: true,
  },
  build(stated, config) {
    const audio = encoderSizes(config, { hiddenSize: 384, ffnSize: 1536, layers: 4, heads: 6, mels: 80 })
    const { vocabSize } = stated
    const { hiddenSize, layers, ffnSize, heads } = audio
    const sizes = { ...stated, layers, ffnSize, heads, kvHeads: heads, headDim: Math.floor(hiddenSize / heads) }
    const decoderSizes = {
      hiddenSize,
      heads: config.positive('decoder_attention_heads', 6),
      ffnSize: config.integer('decoder_ffn_dim', 1536),
    }
    const decoder = container('WhisperDecoder', {
      embed_tokens: embedding(vocabSize, hiddenSize),
      embed_positions: embedding(config.integer('max_target_positions', 448), hiddenSize),
      layers: repeated(
        config.integer('decoder_layers', 4),
        whisperLayer('WhisperDecoderLayer', decoderSizes, { crossAttention: true }),
      ),
      layer_norm: layerNorm(hiddenSize),
    })
    const encoder = whisperEncoder('WhisperEncoder', audio)
    const model = container('WhisperModel', { encoder, decoder })
    const dimensions = decoderDimensions(sizes, { gatedMlp: false })
    return {
      model,
      modelOf: (suffix) => (suffix === 'ForCausalLM' ? container('WhisperDecoderWrapper', { decoder }) : model),
      heads: {
        ForConditionalGeneration: { proj_out: outputEmbedding(dimensions, 'model.decoder.embed_tokens') },
        ForCausalLM: { proj_out: outputEmbedding(dimensions, 'model.decoder.embed_tokens') },
      },
      dimensions,
    }
  },
})
