import type { Dimensions } from '../architecture.js'
import { labelCount } from '../blocks/label-count.js'
import { linear } from '../blocks/linear.js'
import type { ConfigReader } from '../config-reader.js'
import type { ModelDescription } from '../family.js'
import { type Children, type Module, tied } from '../module.js'
import { chooseClass, withHead } from './model-class.js'

/** The names of a family's model classes and of their modules. */
export interface CausalLmNames {
  /** The prefix of the class names: `Llama` for `LlamaForCausalLM`. */
  readonly name: string
  /** The name of the base model inside the classes. Default: `model`. */
  readonly prefix?: string | undefined
  /** The same for question answering: some families use an older name there. Default: `prefix`. */
  readonly questionAnsweringPrefix?: string | undefined
  /** The name of the input embedding inside the base model. Default: `embed_tokens`. */
  readonly inputEmbedding?: string | undefined
  /** The name of the output embedding beside the base model. Default: `lm_head`. */
  readonly outputEmbedding?: string | undefined
  /** Other prefixes of its class names, such as that of its authors' own classes. Default: none. */
  readonly otherNames?: readonly string[] | undefined
}

/** A decoder-only model, and the names of its classes. */
export interface CausalLmOptions extends CausalLmNames {
  readonly config: ConfigReader
  /** The first of the config's `architectures`. */
  readonly className: string | undefined
  /** The base model: embeddings, layers and the final norm. */
  readonly model: Module
  readonly dimensions: Dimensions
  /** Whether the output embedding has a bias. Default: no. */
  readonly headBias?: boolean | undefined
  /** Changes the output embedding. Default: a linear layer, tied if the config says so. */
  readonly output?: ((head: Module) => Module) | undefined
  /** The heads of other classes by their suffix: `ForRewardModel`. Default: none. */
  readonly otherHeads?: Readonly<Record<string, Children>> | undefined
}

/**
 * A decoder-only language model in the class that a config names: the base model with an output embedding (`ForCausalLM`),
 * with a sequence or token classifier, with a question-answering head, or alone (`Model`).
 */
export function causalLm(options: CausalLmOptions): ModelDescription {
  const { config, name, model, dimensions, prefix = 'model', inputEmbedding = 'embed_tokens' } = options
  const { outputEmbedding = 'lm_head', output: changed = (head: Module) => head } = options
  const { hiddenSize, vocabSize, tiedEmbeddings } = dimensions
  const output = changed(linear(hiddenSize, vocabSize, { bias: options.headBias ?? false }))
  const others = Object.entries(options.otherHeads ?? {}).map(([suffix, head]) => [
    suffix,
    () => withHead(name + suffix, prefix, model, head),
  ])
  const labels = labelCount(config)
  const baseSuffix = model.type.startsWith(name) ? model.type.slice(name.length) : model.type
  const chosen = chooseClass(
    name,
    options.className,
    {
      ForCausalLM: () =>
        withHead(`${name}ForCausalLM`, prefix, model, {
          [outputEmbedding]: tiedEmbeddings ? tied(output, { weight: `${prefix}.${inputEmbedding}.weight` }) : output,
        }),
      [baseSuffix]: () => model,
      ForSequenceClassification: () =>
        withHead(`${name}ForSequenceClassification`, prefix, model, { score: linear(hiddenSize, labels) }),
      // If a multimodal class has that name, the class of the language model is called `TextForSequenceClassification`.
      [baseSuffix.replace(/Model$/, 'ForSequenceClassification')]: () =>
        withHead(model.type.replace(/Model$/, 'ForSequenceClassification'), prefix, model, {
          score: linear(hiddenSize, labels),
        }),
      ForTokenClassification: () =>
        withHead(`${name}ForTokenClassification`, prefix, model, { score: linear(hiddenSize, labels, { bias: true }) }),
      ForQuestionAnswering: () =>
        withHead(`${name}ForQuestionAnswering`, options.questionAnsweringPrefix ?? prefix, model, {
          qa_outputs: linear(hiddenSize, 2, { bias: true }),
        }),
      ...Object.fromEntries(others),
    },
    options.otherNames,
  )
  return { ...chosen, dimensions }
}
