import { call, copied, dropped, give, plus, project, set } from './build.js'
import { type Count, TOKENS } from './count.js'
import type { Program } from './program.js'
import type { Call, Step, Steps, Value } from './steps.js'

/** An encoder of texts: its embeddings, its layers, and what its classes end with. */
export interface TextEncoder {
  /** The prefix of the class names. */
  readonly name: string
  /** The name of the base model inside the classes. */
  readonly prefix: string
  /** The steps of the base model's forward pass, to the hidden states, which are in `hidden` in the end. */
  readonly steps: Steps
  /** What the classes pass to the base model. Default: the ids alone. */
  readonly given?: Call['with']
  /** Buffers of modules. */
  readonly buffers: Program['buffers']
  /** What the base model computes from `hidden` after the layers: a pooler. */
  readonly ending?: readonly Step[]
  /** The steps of the heads by the suffix of their class, from `hidden` to the logits. */
  readonly heads: Readonly<Record<string, Steps>>
  /** What is assumed about the code that runs, in sentences. */
  readonly says?: readonly string[]
  /** The names of parameters that are never trained. */
  readonly untrained?: readonly string[]
  /** See {@link Program}. */
  readonly bypassedLayers?: readonly string[]
  /** Whether transformers refuses to recompute its layers. Default: no. */
  readonly keepsLayers?: boolean
  /** The losses of classes that compute them in their own way, by the suffix of the class. */
  readonly losses?: Readonly<Record<string, Loss>>
}

/** The program of a class of an encoder; absent for a class whose head is not known. */
export function textEncoder(className: string, encoder: TextEncoder): Program | undefined {
  const { prefix, name, steps, given = {}, ending = [], heads, losses = {}, says = [], untrained } = encoder
  const { keepsLayers = false, bypassedLayers } = encoder
  const suffix = className.startsWith(name) ? className.slice(name.length) : ''
  const head = heads[suffix]
  const buffers = [{ count: TOKENS }, ...encoder.buffers]
  const all = [...says, ...(suffix === 'ForMultipleChoice' ? [CHOICES] : [])]
  const said = {
    ...(all.length > 0 && { says: all }),
    ...(keepsLayers && { keepsLayers }),
    ...(untrained && { untrained }),
    ...(bypassedLayers && { bypassedLayers }),
  }
  if (suffix === 'Model') return { ...said, buffers, steps: [...steps, ...ending, give('hidden')] }
  if (!head) return undefined
  const loss = losses[suffix] ?? LOSSES[suffix]
  return {
    ...said,
    buffers,
    ...(loss && { loss: loss.loss }),
    ...(loss?.labels && { labels: loss.labels }),
    steps: [set('hidden', call([...steps, give('hidden')], given, prefix)), ...head],
  }
}

const CHOICES = 'the sequences of a batch are the choices of one question; more questions need 8 bytes more for each'

/**
 * A linear layer on each token's vector: the head of token classification and question answering.
 *
 * @param rate - of dropout in front of it. Default: 0
 */
export const labelled = (module: string, rate = 0): Steps => [
  set('labelled', dropped(rate, 'hidden')),
  give(project(module, 'labelled')),
]

/** A loss, from the `result` of the steps. */
export interface Loss {
  readonly loss: Value
  /** Elements of the labels, if they are not the tokens. */
  readonly labels?: Count
}

const ENTROPY: Value = { op: 'entropy', of: 'result' }

/** The same on a float32 copy of the logits (`ForMaskedLMLoss`). */
export const WIDE_ENTROPY: Value = { op: 'entropy', of: { op: 'wide', of: 'result' } }

/** The mean of the cross entropies of the first and the last token of a span. */
const SPAN: Steps = [
  { split: 'result', into: ['starts', 'ends'] },
  set('starts', copied('starts')),
  set('ends', copied('ends')),
  set('start', { op: 'entropy', of: 'starts' }),
  set('end', { op: 'entropy', of: 'ends' }),
  give({ op: 'scale', of: plus('start', 'end') }),
]

/** The loss of spans. */
export const SPAN_LOSS: Loss = { loss: call(SPAN, { result: 'result' }), labels: [2, 'batch'] }

/** The losses of classes, by their suffix. */
const LOSSES: Readonly<Record<string, Loss>> = {
  ForMaskedLM: { loss: ENTROPY },
  ForTokenClassification: { loss: ENTROPY },
  ForSequenceClassification: { loss: ENTROPY, labels: ['batch'] },
  ForNextSentencePrediction: { loss: ENTROPY, labels: ['batch'] },
  ForMultipleChoice: { loss: ENTROPY, labels: [1] },
  ForQuestionAnswering: SPAN_LOSS,
}
