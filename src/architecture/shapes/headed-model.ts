import type { Dimensions } from '../architecture.js'
import { type LinearOptions, linear } from '../blocks/linear.js'
import type { ModelDescription } from '../family.js'
import { type Children, type Module, tied } from '../module.js'
import { chooseClass, withHead } from './model-class.js'

/** A base model and the heads that a family's classes put on it. */
export interface HeadedModelOptions {
  /** The first of the config's `architectures`. */
  readonly className: string | undefined
  /** What the names of the classes begin with: `GPT2` for `GPT2LMHeadModel`. */
  readonly name: string
  /** Under which name the classes keep the base model. */
  readonly prefix: string
  /** The base model, alone the class `Model`. */
  readonly model: Module
  /** The heads by what follows the family's name; the first is the language model. */
  readonly heads: Readonly<Record<string, Children>>
  /** The base model of a class, where it is not the same for all: some leave the pooler out. */
  readonly modelOf?: (suffix: string) => Module
  readonly dimensions: Dimensions
}

/** A model in the class that a config names: a base model with a head, or alone. */
export function headedModel(options: HeadedModelOptions): ModelDescription {
  const { name, prefix, model, heads, modelOf = () => model, dimensions } = options
  const classes = Object.entries(heads).map(([suffix, head]) => [
    suffix,
    () => withHead(name + suffix, prefix, modelOf(suffix), head),
  ])
  const chosen = chooseClass(name, options.className, {
    ...Object.fromEntries(classes),
    Model: () => model,
  })
  return { ...chosen, dimensions }
}

/** An output embedding, tied to the input embedding where the config says so. */
export function outputEmbedding(
  { hiddenSize, vocabSize, tiedEmbeddings }: Pick<Dimensions, 'hiddenSize' | 'vocabSize' | 'tiedEmbeddings'>,
  inputEmbedding: string,
  options: LinearOptions = {},
): Module {
  const output = linear(hiddenSize, vocabSize, options)
  return tiedEmbeddings ? tied(output, { weight: `${inputEmbedding}.weight` }) : output
}

/** The heads of GPT's time for other tasks: labels for a sequence, labels for tokens, start and end of an answer. */
export function taskHeads(hiddenSize: number, labels: number): Readonly<Record<string, Children>> {
  return {
    ForSequenceClassification: { score: linear(hiddenSize, labels) },
    ForTokenClassification: { classifier: linear(hiddenSize, labels, { bias: true }) },
    ForQuestionAnswering: { qa_outputs: linear(hiddenSize, 2, { bias: true }) },
  }
}
