import { encoderSizes } from '../blocks/audio-sizes.js'
import { decoderDimensions } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { layerNorm } from '../blocks/norm.js'
import { headsDividing } from '../blocks/stacks.js'
import { whisperEncoder, whisperLayer } from '../blocks/whisper-encoder.js'
import { container, repeated } from '../module.js'
import { bartDropout, bartLayer } from '../program/bart.js'
import { encoderDecoder, TARGETS, WRITTEN } from '../program/encoder-decoder.js'
import {
  activated,
  convolved,
  dropping,
  eagerMask,
  layerNormed,
  lookup,
  make,
  plus,
  type Steps,
  set,
} from '../program/index.js'
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
      heads: headsDividing(config, 'decoder_attention_heads', 6, hiddenSize),
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
  program(config, dimensions, className) {
    if (!className.endsWith('ForConditionalGeneration')) return undefined
    const { hiddenSize } = dimensions
    const positions = config.positive('max_source_positions', 1500)
    const mels = config.integer('num_mel_bins', 80)
    const activation = config.string('activation_function', 'gelu')
    const dropout = bartDropout(config)
    const layerOf = (heads: number, decodes: boolean): Steps =>
      bartLayer({
        heads,
        headDim: hiddenSize / heads,
        activation,
        decodes,
        normsFirst: true,
        holdsWeights: true,
        copiesHeads: true,
        read: [positions],
        dropout,
      })
    const ending = [set('hidden', layerNormed('layer_norm', 'hidden'))]
    return encoderDecoder({
      // Thirty seconds of sound, whatever is said in them.
      reads: ['batch', mels, 2 * positions],
      encoder: {
        embeddings: [
          set('frames', activated('gelu', convolved('conv1', 'features', ['batch', hiddenSize, 2 * positions]))),
          set('frames', activated('gelu', convolved('conv2', 'frames', ['batch', hiddenSize, positions]))),
          set('indices', make([positions], 'int64')),
          set('hidden', plus('frames', lookup('embed_positions', [positions], 'indices'))),
          ...dropping(dropout.hidden, 'hidden'),
        ],
        layers: {
          each: 'layers',
          carries: 'hidden',
          kinds: [layerOf(config.positive('encoder_attention_heads', 6), false)],
        },
        ending,
      },
      decoder: {
        embeddings: [
          set('embedded', { ...WRITTEN, isInput: true }),
          set('order', make(['target'], 'int64')),
          set('mask', eagerMask(['batch', 'target', 'target'])),
          set('indices', make(TARGETS, 'int64')),
          set('places', lookup('embed_positions', TARGETS, 'indices')),
          set('hidden', plus('embedded', 'places')),
          ...dropping(dropout.hidden, 'hidden'),
        ],
        layers: {
          each: 'layers',
          carries: 'hidden',
          given: ['source', 'mask', 'order'],
          keywords: ['source', 'mask', 'order'],
          kinds: [layerOf(config.positive('decoder_attention_heads', 6), true)],
        },
        ending,
      },
      head: 'proj_out',
      untrained: ['model.encoder.embed_positions.weight'],
    })
  },
})
