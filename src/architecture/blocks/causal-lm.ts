import type { Architecture, Dimensions } from '../architecture.js'
import type { Computation } from '../computation.js'
import type { ConfigReader } from '../config-reader.js'
import { type Module, tied } from '../module.js'
import { linear } from './linear.js'
import { chooseClass, withHead } from './model-class.js'

/** A decoder-only model and what a family says of its classes. */
export interface CausalLmOptions {
  readonly config: ConfigReader
  /** The first of the config's `architectures`. */
  readonly className: string | undefined
  /** The `model_type`. */
  readonly family: string
  /** What the names of the classes begin with: `Llama` for `LlamaForCausalLM`. */
  readonly name: string
  /** The base model: embeddings, layers and final norm. */
  readonly model: Module
  readonly dimensions: Dimensions
  /** Under which name the classes keep the base model. Default: `model`. */
  readonly prefix?: string
  /** The same for question answering; some families kept the name of an older time. Default: `prefix`. */
  readonly questionAnsweringPrefix?: string
  /** Where the base model keeps the input embedding. Default: `embed_tokens`. */
  readonly inputEmbedding?: string
  /** Whether the output embedding has a bias. Default: no. */
  readonly headBias?: boolean
  readonly computation?: Computation
  readonly notes?: readonly string[]
}

/**
 * A decoder-only language model in the classes that transformers has for it: the base model with an output embedding
 * (`ForCausalLM`), with a classifier of sequences or tokens, with the start and end of an answer, or alone (`Model`).
 */
export function causalLm(options: CausalLmOptions): Architecture {
  const { config, family, name, model, dimensions, prefix = 'model', inputEmbedding = 'embed_tokens' } = options
  const { hiddenSize, vocabSize, tiedEmbeddings } = dimensions
  const output = linear(hiddenSize, vocabSize, { bias: options.headBias ?? false })
  const labels = labelCount(config)
  const baseSuffix = model.type.startsWith(name) ? model.type.slice(name.length) : model.type
  const chosen = chooseClass(name, options.className, {
    ForCausalLM: () =>
      withHead(`${name}ForCausalLM`, prefix, model, {
        lm_head: tiedEmbeddings ? tied(output, { weight: `${prefix}.${inputEmbedding}.weight` }) : output,
      }),
    [baseSuffix]: () => model,
    ForSequenceClassification: () =>
      withHead(`${name}ForSequenceClassification`, prefix, model, { score: linear(hiddenSize, labels) }),
    // Beside a multimodal class of that name, the language model's own is called `TextForSequenceClassification`.
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
  })
  const notes = [...chosen.notes, ...(options.notes ?? [])]
  const { className, root } = chosen
  return {
    family,
    className,
    root,
    dimensions,
    ...(options.computation && { computation: options.computation }),
    notes,
  }
}

/** How many classes a classifier tells apart: as many as `id2label` names, else `num_labels`, else 2. */
export function labelCount(config: ConfigReader): number {
  if (config.has('id2label')) return config.object('id2label').names().length
  return config.integer('num_labels', 2)
}
