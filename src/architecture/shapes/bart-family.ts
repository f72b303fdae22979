import { classificationHead } from '../blocks/bert.js'
import { type DecoderDefaults, decoderDimensions } from '../blocks/decoder-sizes.js'
import { embedding } from '../blocks/embedding.js'
import { fairseqLayer } from '../blocks/fairseq-layer.js'
import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import { layerNorm } from '../blocks/norm.js'
import { encoderLayers, headsDividing } from '../blocks/stacks.js'
import type { ConfigReader } from '../config-reader.js'
import type { Family, FamilyFacts } from '../family.js'
import { type Children, container, repeated, tied } from '../module.js'
import { type BartOptions, bartProgram } from '../program/bart-model.js'
import { headedFamily } from './headed-family.js'
import { outputEmbedding } from './headed-model.js'

/** BART (Lewis et al. 2019, arXiv:1910.13461) and the translation models like it. */
export interface BartFamilyOptions extends Omit<FamilyFacts, 'program'> {
  readonly modelType: string
  /** The prefix of its class names: `MBart` for `MBartModel`. */
  readonly name: string
  readonly defaults: DecoderDefaults
  /** Rows of the position embeddings beside those of the positions, for padding; `false` if positions are computed. */
  readonly extraPositions: number | false
  /** Whether the embeddings are normalised. */
  readonly normsEmbeddings: boolean
  /** Whether each stack ends with a norm. */
  readonly normsLast: boolean
  /** The number of classes if the config has no labels. Default: 2, as in all configs. */
  readonly labels?: number
  /** The suffix of the class that translates. Default: `ForConditionalGeneration`. */
  readonly suffix?: string
  /** The field with the number of words of a decoder that stands alone. Default: `vocab_size`. */
  readonly decoderVocabField?: string
  /** Whether encoder and decoder have the same words. Default: always. */
  readonly sharesWords?: (config: ConfigReader) => boolean
  /** The forward pass of the class that translates. */
  readonly program: Omit<
    BartOptions,
    'normsEmbeddings' | 'normsLast' | 'contextTokens' | 'sharesWords' | 'decoderHeads' | 'decoderWords'
  >
  /** The suffixes of the other classes that the family has. */
  readonly classes: readonly BartClass[]
}

type BartClass = 'ForCausalLM' | 'ForSequenceClassification' | 'ForQuestionAnswering'

/** A family of an encoder and a decoder of fairseq's layers. */
export function bartFamily(options: BartFamilyOptions): Family {
  const { name, extraPositions, normsEmbeddings, normsLast, labels: usualLabels, classes, program, ...facts } = options
  const { suffix = 'ForConditionalGeneration', decoderVocabField, sharesWords = () => true, ...rest } = facts
  const { defaults } = rest
  const wordsOfDecoder = (config: ConfigReader, words: number) =>
    decoderVocabField === undefined ? words : config.derived(decoderVocabField, words)
  return headedFamily({
    ...rest,
    name,
    prefix: 'model',
    program: (config, dimensions, className) =>
      [suffix, ...classes].some((each) => className.endsWith(each))
        ? bartProgram(
            config,
            dimensions,
            {
              ...program,
              normsEmbeddings,
              normsLast,
              sharesWords: sharesWords(config),
              decoderHeads: defaults.num_attention_heads,
              decoderWords: wordsOfDecoder(config, dimensions.vocabSize),
              contextTokens: defaults.max_position_embeddings ?? 1024,
            },
            className,
          )
        : undefined,
    fieldNames: {
      hidden_size: 'd_model',
      num_hidden_layers: 'encoder_layers',
      num_attention_heads: 'encoder_attention_heads',
      intermediate_size: 'encoder_ffn_dim',
    },
    build(stated, config) {
      const sizes = {
        ...stated,
        layers: encoderLayers(config, defaults.num_hidden_layers),
        ffnSize: config.integer('encoder_ffn_dim', defaults.intermediate_size ?? 4 * defaults.hidden_size),
      }
      const { vocabSize, hiddenSize } = sizes
      const norm = layerNorm(hiddenSize)
      const positions = config.integer('max_position_embeddings', defaults.max_position_embeddings ?? 1024)
      const around = (layers: Children): Children => ({
        embed_positions: extraPositions === false ? undefined : embedding(positions + extraPositions, hiddenSize),
        ...layers,
        layernorm_embedding: normsEmbeddings ? norm : undefined,
        layer_norm: normsLast ? norm : undefined,
      })
      const encoder = around({ layers: repeated(sizes.layers, fairseqLayer(`${name}EncoderLayer`, sizes)) })
      const decoder = around({ layers: decoderLayers(name, config, { ...defaults, hiddenSize }) })
      const words = embedding(vocabSize, hiddenSize)
      const isShared = sharesWords(config)
      const modelAt = (prefix: string) => {
        const embed_tokens = isShared ? tied(words, { weight: `${prefix}shared.weight` }) : words
        return container(`${name}Model`, {
          shared: isShared ? words : undefined,
          encoder: container(`${name}Encoder`, { embed_tokens, ...encoder }),
          decoder: container(`${name}Decoder`, { embed_tokens, ...decoder }),
        })
      }
      const dimensions = decoderDimensions(sizes, { gatedMlp: false })
      const hasLabels = config.has('id2label') || config.has('num_labels')
      const labels = hasLabels || usualLabels === undefined ? labelCount(config) : usualLabels
      const decoderWords = wordsOfDecoder(config, vocabSize)
      const alone = { ...dimensions, vocabSize: decoderWords }
      const decoderAlone = container(`${name}Decoder`, {
        embed_tokens: embedding(decoderWords, hiddenSize),
        ...decoder,
      })
      const others: Readonly<Record<BartClass, Children>> = {
        ForCausalLM: { lm_head: outputEmbedding(alone, 'model.decoder.embed_tokens') },
        ForSequenceClassification: { classification_head: classificationHead(hiddenSize, labels) },
        ForQuestionAnswering: { qa_outputs: linear(hiddenSize, 2, { bias: true }) },
      }
      return {
        model: modelAt(''),
        modelOf: (chosen) =>
          chosen === 'ForCausalLM' ? container(`${name}DecoderWrapper`, { decoder: decoderAlone }) : modelAt('model.'),
        heads: {
          ...Object.fromEntries(classes.map((each) => [each, others[each]])),
          [suffix]: {
            lm_head: isShared
              ? outputEmbedding(dimensions, 'model.shared')
              : outputEmbedding(alone, 'model.decoder.embed_tokens'),
          },
        },
        dimensions,
      }
    },
  })
}

function decoderLayers(name: string, config: ConfigReader, sizes: DecoderDefaults & { readonly hiddenSize: number }) {
  const layer = fairseqLayer(`${name}DecoderLayer`, {
    hiddenSize: sizes.hiddenSize,
    heads: headsDividing(config, 'decoder_attention_heads', sizes.num_attention_heads, sizes.hiddenSize),
    ffnSize: config.integer('decoder_ffn_dim', sizes.intermediate_size ?? 4 * sizes.hidden_size),
    crossAttention: true,
  })
  return repeated(config.integer('decoder_layers', sizes.num_hidden_layers), layer)
}
