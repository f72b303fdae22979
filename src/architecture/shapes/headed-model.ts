import type { Dimensions } from '../architecture.js'
import { type LinearOptions, linear } from '../blocks/linear.js'
import type { ModelDescription } from '../family.js'
import { type Children, type Module, tied } from '../module.js'
import { chooseClass, withHead } from './model-class.js'

/** A base model and the heads of the family's classes. */
export interface HeadedModelOptions {
  /** The first of the config's `architectures`. */
  readonly className: string | undefined
  /** The prefix of the class names: `GPT2` for `GPT2LMHeadModel`. */
  readonly name: string
  /** The name of the base model inside the classes. */
  readonly prefix: string
  /** The base model, which alone is the class `Model`. */
  readonly model: Module
  /** The heads by the suffix of their class; the first is the language model. `Model` is the base model, unless it is here. */
  readonly heads: Readonly<Record<string, Children>>
  /** The base model of a class, if it is not the same for all: some classes have no pooler. */
  readonly modelOf?: (suffix: string) => Module
  /** Whether a class makes its head before the base model. Default: after it. */
  readonly isHeadFirst?: (suffix: string) => boolean
  readonly dimensions: Dimensions
}

/** A model in the class that a config names: the base model with a head, or alone. */
export function headedModel(options: HeadedModelOptions): ModelDescription {
  const { name, prefix, model, heads, modelOf = () => model, isHeadFirst = () => false, dimensions } = options
  const classes = Object.entries(heads).map(([suffix, head]) => [
    suffix,
    () => withHead(name + suffix, prefix, modelOf(suffix), head, isHeadFirst(suffix)),
  ])
  const chosen = chooseClass(name, options.className, {
    ...Object.fromEntries(classes),
    ...(heads['Model'] === undefined && { Model: () => model }),
  })
  return { ...chosen, dimensions }
}

/** An output embedding, tied to the input embedding if the config says so. */
export function outputEmbedding(
  { hiddenSize, vocabSize, tiedEmbeddings }: Pick<Dimensions, 'hiddenSize' | 'vocabSize' | 'tiedEmbeddings'>,
  inputEmbedding: string,
  options: LinearOptions = {},
): Module {
  const output = linear(hiddenSize, vocabSize, options)
  return tiedEmbeddings ? tied(output, { weight: `${inputEmbedding}.weight` }) : output
}

/** The heads for other tasks: sequence classification, token classification and question answering. */
export function taskHeads(hiddenSize: number, labels: number): Readonly<Record<string, Children>> {
  return {
    ForSequenceClassification: { score: linear(hiddenSize, labels) },
    ForTokenClassification: { classifier: linear(hiddenSize, labels, { bias: true }) },
    ForQuestionAnswering: { qa_outputs: linear(hiddenSize, 2, { bias: true }) },
  }
}
