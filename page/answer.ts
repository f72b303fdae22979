import type { Architecture } from '../src/architecture/index.js'
import { planServing, type ServingOptions, type ServingPlan } from '../src/estimate/index.js'
import { checkManifest } from '../src/manifest/index.js'
import { adapterText } from './adapter-view.js'
import { type Finding, findingsElsewhere } from './finding.js'
import { manifestText } from './manifest-text.js'
import { type MemoryAnswer, type MemoryCase, memoryAnswer } from './memory-answer.js'
import type { MemoryQuestion } from './memory-question.js'
import type { Beside } from './read-input.js'
import { type Understood, understand } from './understand.js'

/** What the page asks its worker: everything that may take long. */
export type Question =
  | { readonly kind: 'understand'; readonly text: string; readonly beside: Beside }
  | { readonly kind: 'made'; readonly identity: Identity }
  | { readonly kind: 'memory'; readonly question: MemoryQuestion; readonly memoryCase: MemoryCase }
  | { readonly kind: 'serving'; readonly options: ServingOptions }

/** The answer to each kind of question. */
export interface Answers {
  readonly understand: Understood | undefined
  readonly made: Made | undefined
  readonly memory: MemoryAnswer
  /** A plan, or why the model cannot be served so. */
  readonly serving: ServingPlan | { readonly fault: string }
}

/** What the user calls the entity. */
export interface Identity {
  readonly name: string
  readonly fileset: string
}

/** The text made of a config, and what the check finds in it. */
export interface Made {
  readonly text: string
  readonly findings: readonly Finding[]
}

/** A question, and a number to know its answer by. */
export interface WorkerRequest {
  readonly id: number
  readonly question: Question
}

/** What a worker answers: a value, or what it could not do. */
export type WorkerAnswer =
  | { readonly id: number; readonly answer: Answers[keyof Answers] }
  | { readonly id: number; readonly fault: string }

/** The last text that was understood: the other questions are about it. */
let understood: Understood | undefined

/** Answers a question. */
export function answerTo(question: Question): Answers[keyof Answers] {
  switch (question.kind) {
    case 'understand':
      understood = undefined
      understood = understand(question.text, question.beside)
      return understood
    case 'made':
      return understood && made(understood, question.identity)
    case 'memory':
      return memoryAnswer(known(), question.question, question.memoryCase)
    case 'serving':
      return servingAnswer(question.options)
  }
}

/** The text to copy: a manifest of a config, or an adapter for one. `undefined` if the input is a manifest already. */
function made({ spec, adapter, notes, isManifest }: Understood, identity: Identity): Made | undefined {
  if (!adapter && (spec === undefined || isManifest)) return undefined
  const text = adapter ? adapterText(adapter, identity) : spec ? manifestText(spec, notes, identity) : ''
  return { text, findings: findingsElsewhere(checkManifest(text, adapter ? { model: 'Adapter' } : {})) }
}

function known(): Architecture {
  if (understood?.architecture) return understood.architecture
  throw new Error('no model was understood yet')
}

function servingAnswer(options: ServingOptions): Answers['serving'] {
  try {
    return planServing(known(), options)
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return { fault: error.message }
    throw error
  }
}
