import { type Answers, answerTo, type Question, type WorkerAnswer, type WorkerRequest } from './answer.js'
import { PAGE_SOURCE } from './page-source.js'

/** Asks the worker, or answers here if the browser starts none. */
export async function ask<Kind extends Question['kind']>(
  question: Extract<Question, { readonly kind: Kind }>,
): Promise<Answers[Kind]> {
  return (await (worker ? asked(worker, question) : answerTo(question))) as Answers[Kind]
}

const waiting = new Map<number, { resolve(answer: Answers[keyof Answers]): void; reject(error: Error): void }>()
let last = 0

function asked(to: Worker, question: Question): Promise<Answers[keyof Answers]> {
  return new Promise((resolve, reject) => {
    last += 1
    waiting.set(last, { resolve, reject })
    const request: WorkerRequest = { id: last, question }
    to.postMessage(request)
  })
}

const worker = started()

function started(): Worker | undefined {
  try {
    const made = new Worker(URL.createObjectURL(new Blob([PAGE_SOURCE], { type: 'text/javascript' })))
    made.addEventListener('message', ({ data }: MessageEvent<WorkerAnswer>) => {
      const asker = waiting.get(data.id)
      waiting.delete(data.id)
      if ('fault' in data) asker?.reject(new Error(data.fault))
      else asker?.resolve(data.answer)
    })
    return made
  } catch {
    return undefined
  }
}
