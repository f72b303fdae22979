import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
import { bartDropout, bartLayer } from './bart.js'
import { dropping, eagerMask, layerNormed, lookup, make, plus, scaled, set } from './build.js'
import { type Count, TOKENS } from './count.js'
import { decoderAlone, encoderDecoder, readingHead, TARGETS, WRITTEN } from './encoder-decoder.js'
import type { Program } from './program.js'
import type { Loop, Operation, Step } from './steps.js'

/** How a family of BART's kind differs from BART. */
export interface BartOptions {
  /** The class default of `activation_function`. */
  readonly activation: string
  /**
   * Its positions: rows of a trained embedding; rows of an embedding that is never trained, the same for all sequences (Pegasus); or
   * rows of a buffer, counted from the tokens (M2M-100).
   */
  readonly positions: 'learned' | 'fixed' | 'counted'
  readonly normsFirst: boolean
  readonly normsEmbeddings: boolean
  readonly normsLast: boolean
  /** Whether a bias that is not trained is added to the logits. */
  readonly addsBias: boolean
  /**
   * Whether the encoder, and a decoder of the same words, have the module that `get_input_embeddings` returns, and not modules of their own with its
   * weight (transformers 4.57). Default: no.
   */
  readonly sharesModule?: boolean
  /** Whether the decoder holds the mask of ones that it makes. Default: no. */
  readonly holdsOnes?: boolean
  /** Whether encoder and decoder have the same words. */
  readonly sharesWords: boolean
  /** The heads of a decoder whose config does not state them. */
  readonly decoderHeads: number
  /** The number of words of the decoder. */
  readonly decoderWords: number
  /** The class default of `max_position_embeddings`. */
  readonly contextTokens: number
}

/** The program of an encoder-decoder like BART. */
export function bartProgram(
  config: ConfigReader,
  dimensions: Dimensions,
  options: BartOptions,
  className: string,
): Program {
  const { hiddenSize, heads } = dimensions
  const { positions, normsFirst, normsLast, addsBias, decoderHeads, decoderWords } = options
  const activation = config.string('activation_function', options.activation)
  const dropout = bartDropout(config)
  const own = config.positive('decoder_attention_heads', decoderHeads)
  const isAlone = className.endsWith('ForCausalLM')
  const layerOf = (count: number, decodes: boolean) =>
    bartLayer({
      isAlone,
      heads: count,
      headDim: hiddenSize / count,
      activation,
      decodes,
      normsFirst,
      holdsWeights: true,
      dropout,
    })
  const labels = readingHead(config, hiddenSize, className)
  const ending = normsLast ? [set('hidden', layerNormed('layer_norm', 'hidden'))] : []
  const rows = config.integer('max_position_embeddings', options.contextTokens) + 2
  if (isAlone) {
    const layers: Loop = {
      each: 'layers',
      carries: 'hidden',
      given: ['mask', 'order'],
      keywords: ['order'],
      kinds: [layerOf(own, true)],
    }
    const decoder = { embeddings: embedded(options, hiddenSize, dropout.hidden, 'alone'), layers, ending }
    const program = decoderAlone(
      decoder,
      'lm_head',
      positions === 'fixed' ? ['model.decoder.embed_positions.weight'] : [],
    )
    const reading = config.integer('encoder_layers', dimensions.layers)
    return config.integer('decoder_layers', reading) > reading ? { ...program, says: [SHORT_CACHE] } : program
  }
  return encoderDecoder({
    encoder: {
      embeddings: embedded(options, hiddenSize, dropout.hidden, 'reads'),
      layers: { each: 'layers', carries: 'hidden', kinds: [layerOf(heads, false)] },
      ending,
    },
    decoder: {
      embeddings: embedded(options, hiddenSize, dropout.hidden, 'writes'),
      layers: {
        each: 'layers',
        carries: 'hidden',
        given: ['source', 'mask', 'order'],
        keywords: ['order'],
        kinds: [layerOf(own, true)],
      },
      ending,
    },
    head: 'lm_head',
    labels,
    buffers: [
      ...(addsBias && !labels ? [{ count: [decoderWords], type: 'model' as const }] : []),
      ...(positions === 'counted' ? [{ count: [2 * rows, hiddenSize], type: 'model' as const }] : []),
    ],
    addsBias,
    ...(positions === 'fixed' && {
      untrained: ['model.encoder.embed_positions.weight', 'model.decoder.embed_positions.weight'],
    }),
  })
}

const SHORT_CACHE =
  'transformers 4.57 makes a cache of `encoder_layers` for the layers of the decoder, and stops where there are more of them, unless `use_cache` is false'

/** Embeddings of words, which are scaled, and positions; their sum may be normalised. */
function embedded(
  { positions, normsEmbeddings, sharesModule = false, sharesWords, holdsOnes = false }: BartOptions,
  features: number,
  rate: number,
  role: 'reads' | 'writes' | 'alone',
): readonly Step[] {
  const decodes = role !== 'reads'
  const tokens = decodes ? TARGETS : TOKENS
  const isInput = role === 'alone' || (sharesModule && (sharesWords || !decodes))
  return [
    set('embedded', scaled({ ...(role === 'writes' ? WRITTEN : lookup('embed_tokens')), isInput })),
    ...(decodes
      ? [
          set('order', make(['target'], 'int64')),
          set('mask', eagerMask(['batch', 'target', 'target'])),
          ...(holdsOnes ? [set('ones', make(TARGETS, 'float32'))] : []),
        ]
      : []),
    set('places', placesOf(positions, features, tokens, decodes)),
    set('hidden', plus('embedded', 'places')),
    ...(normsEmbeddings ? [set('hidden', layerNormed('layernorm_embedding', 'hidden'))] : []),
    ...dropping(rate, 'hidden'),
  ]
}

function placesOf(positions: BartOptions['positions'], features: number, tokens: Count, decodes: boolean): Operation {
  const own: Count = [decodes ? 'target' : 'sequence']
  if (positions === 'counted') return make([...tokens, features], 'buffer')
  if (positions === 'fixed') return lookup('embed_positions', own, make(own, 'int64'))
  return decodes
    ? lookup('embed_positions', own, make(own, 'int64'))
    : lookup('embed_positions', tokens, make(tokens, 'int64'))
}
