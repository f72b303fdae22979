import { bertEmbeddings, bertEncoder, configuredBertLayer } from '../blocks/bert.js'
import { BERT_DEFAULTS } from '../blocks/decoder-sizes.js'
import type { Family, FamilyFacts } from '../family.js'
import { bertProgram } from '../program/bert-program.js'
import { headedFamily } from './headed-family.js'
import { robertaHeads } from './roberta-heads.js'

/** Options of a RoBERTa-like family. */
export interface RobertaFamilyOptions extends FamilyFacts {
  readonly modelType: string
  /** The prefix of its class names: `Roberta` for `RobertaModel`. */
  readonly name: string
  /** The name of the base model inside the classes. Default: `roberta`. */
  readonly prefix?: string
  /** Whether its classes have eager attention alone. Default: no. */
  readonly isEager?: boolean
  /** The class default of the vocabulary size. */
  readonly vocabSize: number
}

/** RoBERTa (Liu et al. 2019, arXiv:1907.11692): BERT with other heads, with the names of the given family. */
export function robertaFamily({ vocabSize: defaultWords, isEager = false, ...family }: RobertaFamilyOptions): Family {
  const { name, prefix = 'roberta' } = family
  return headedFamily({
    dropout: { hidden_dropout_prob: 0.1, attention_probs_dropout_prob: 0.1 },
    ...family,
    prefix,
    defaults: { ...BERT_DEFAULTS, vocab_size: defaultWords },
    build(sizes, config) {
      const { vocabSize, hiddenSize, layers } = sizes
      const positions = config.integer('max_position_embeddings', 512)
      const segments = config.integer('type_vocab_size', 2)
      const parts = {
        embeddings: bertEmbeddings(hiddenSize, { words: vocabSize, positions, segments }),
        encoder: bertEncoder(layers, configuredBertLayer(`${name}Layer`, config, sizes)),
      }
      return robertaHeads({ name, prefix, parts, hasDecoder: true }, sizes, config)
    },
    program(config, dimensions, className) {
      return bertProgram(config, dimensions, className, {
        name,
        prefix,
        predictor: 'lm_head',
        classifier: 'head',
        choiceRate: 'hidden_dropout_prob',
        embeddings: { positions: 'counted' },
        isEager,
      })
    },
  })
}
