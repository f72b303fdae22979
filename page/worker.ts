import { answerTo, type WorkerAnswer, type WorkerRequest } from './answer.js'

/** The worker: answers one question after another, so that the page stays responsive. */
addEventListener('message', ({ data }: MessageEvent<WorkerRequest>) => {
  postMessage(answered(data))
})

function answered({ id, question }: WorkerRequest): WorkerAnswer {
  try {
    return { id, answer: answerTo(question) }
  } catch (error) {
    return { id, fault: error instanceof Error ? error.message : String(error) }
  }
}
