import { bertPooler, classificationHead, denseAndNorm, maskedLmHead } from '../blocks/bert.js'
import { type DecoderSizes, decoderDimensions } from '../blocks/decoder-sizes.js'
import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import type { ConfigReader } from '../config-reader.js'
import type { Dimensions } from '../dimensions.js'
import type { Family } from '../family.js'
import { type Children, container, type Module } from '../module.js'
import { type BertProgram, bertProgram } from '../program/bert-program.js'
import { type HeadedFamilyOptions, headedFamily } from './headed-family.js'

/** A relative of BERT: its own embeddings and layers in BERT's classes. What is left out is like in BERT. */
export interface BertFamilyOptions extends Omit<HeadedFamilyOptions, 'build'> {
  /** Builds the modules of the base model, without the pooler. */
  readonly build: (sizes: DecoderSizes, config: ConfigReader) => Children
  /** Which classes have the pooler beside the base model: those of BERT (`some`), those of RoBERTa (`choices`), or others. Default: `some`. */
  readonly pools?: keyof typeof POOLED
  readonly pooler?: (hiddenSize: number, config: ConfigReader) => Module
  /** The modules of the base model that its class makes behind the pooler. Default: none. */
  readonly behindPooler?: (sizes: DecoderSizes) => Children
  /** Whether words are predicted by `cls`, as in BERT, or by `lm_head`, as in RoBERTa. Default: `cls`. */
  readonly predictor?: 'cls' | 'lm_head'
  /** Whether a text is classified by one linear layer, or by RoBERTa's two. Default: `linear`. */
  readonly classifier?: 'linear' | 'head'
  /** The features of the word embeddings, which the head shares. Default: the hidden size. */
  readonly wordSize?: (sizes: DecoderSizes, config: ConfigReader) => number
  /** How its forward pass differs from BERT's. Absent if it is not described. */
  readonly runs?: Runs | ((sizes: Dimensions, config: ConfigReader) => Runs | undefined)
  /** Heads that differ from BERT's. */
  readonly heads?: (sizes: DecoderSizes, config: ConfigReader) => Readonly<Record<string, Children>>
}

/** What {@link bertProgram} is told beside what the modules say. */
type Runs = Omit<BertProgram, 'name' | 'prefix' | 'predictor' | 'classifier' | 'pools'>

/** A family of encoders in BERT's classes. */
export function bertFamily(options: BertFamilyOptions): Family {
  const { build, pools = 'some', pooler = bertPooler, predictor = 'cls', classifier = 'linear', ...more } = options
  const {
    wordSize = ({ hiddenSize }) => hiddenSize,
    heads: otherHeads = () => ({}),
    runs,
    behindPooler,
    ...rest
  } = more
  const { name, prefix } = rest
  const described = typeof runs === 'object' ? () => runs : runs
  return headedFamily({
    dropout: { hidden_dropout_prob: 0.1, attention_probs_dropout_prob: 0.1 },
    encodes: true,
    ...(described && {
      program(config, dimensions, className) {
        const own = described(dimensions, config)
        if (!own) return undefined
        const names = { name, prefix, predictor, classifier, pools: pools !== 'none' }
        return bertProgram(config, dimensions, className, { ...names, ...own })
      },
    }),
    ...rest,
    build(sizes, config) {
      const { hiddenSize, vocabSize } = sizes
      const parts = build(sizes, config)
      const afterPooler = behindPooler?.(sizes)
      const bare = container(`${name}Model`, { ...parts, ...afterPooler })
      const model = container(`${name}Model`, {
        ...parts,
        pooler: pools === 'none' ? undefined : pooler(hiddenSize, config),
        ...afterPooler,
      })
      const input = sizes.tiedEmbeddings ? `${prefix}.embeddings.word_embeddings` : undefined
      const features = wordSize(sizes, config)
      const place = predictor === 'cls' ? 'cls.predictions' : 'lm_head'
      const transform =
        predictor === 'cls'
          ? { transform: container('Transform', denseAndNorm(hiddenSize, features)) }
          : denseAndNorm(hiddenSize, features, 'layer_norm')
      const predictions = maskedLmHead(place, transform, { features, vocabSize }, input)
      const words = predictor === 'cls' ? { cls: container('Predictions', { predictions }) } : { lm_head: predictions }
      const next = linear(hiddenSize, 2, { bias: true })
      const labels = labelCount(config)
      const label = linear(hiddenSize, labels, { bias: true })
      return {
        model,
        modelOf: (suffix) => (POOLED[pools](suffix) ? model : bare),
        heads: {
          ForMaskedLM: words,
          ForCausalLM: words,
          ForPreTraining: { cls: container('PreTrainingHeads', { predictions, seq_relationship: next }) },
          ForNextSentencePrediction: { cls: container('OnlyNSPHead', { seq_relationship: next }) },
          ForSequenceClassification: {
            classifier: classifier === 'linear' ? label : classificationHead(hiddenSize, labels),
          },
          ForTokenClassification: { classifier: label },
          ForQuestionAnswering: { qa_outputs: label },
          ForMultipleChoice: { classifier: linear(hiddenSize, 1, { bias: true }) },
          ...otherHeads(sizes, config),
        },
        dimensions: decoderDimensions({ ...sizes, kvHeads: sizes.heads }, { gatedMlp: false }),
      }
    },
  })
}

const POOLED = {
  all: () => true,
  'all but questions': (suffix: string) => suffix !== 'ForQuestionAnswering',
  some: (suffix: string) =>
    ['ForPreTraining', 'ForNextSentencePrediction', 'ForSequenceClassification', 'ForMultipleChoice'].includes(suffix),
  choices: (suffix: string) => suffix === 'ForMultipleChoice',
  'the base model alone': () => false,
  none: () => false,
}

/** The class defaults of BERT's base size, which those of its relatives were copied from. */
export const BERT_DEFAULTS = {
  vocab_size: 30_522,
  hidden_size: 768,
  intermediate_size: 3072,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  head_dim: false,
  max_position_embeddings: 512,
  tie_word_embeddings: true,
} as const
