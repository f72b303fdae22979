/** The worker threads of a check, and what they have answered. */

import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Worker } from 'node:worker_threads'
import type { ChunkAnswer, QuickTask } from './quick-task.js'

/** The program of a worker, beside the command in the package. */
const PROGRAM = new URL('./cli/quick-worker.js', import.meta.url)

/** Worker threads that work on one task. */
export class WorkerPool {
  readonly #workers: Worker[] = []
  readonly #answers = new Map<number, ChunkAnswer['outcomes']>()
  #wake: (() => void) | undefined
  #running = 0
  #hasFailed = false

  /** Starts worker threads. Without their program, as where the command runs from its sources, there are none. */
  static async start(count: number, task: QuickTask): Promise<WorkerPool> {
    const pool = new WorkerPool()
    if (!existsSync(fileURLToPath(PROGRAM))) return pool
    const { Worker } = await import('node:worker_threads')
    for (let index = 0; index < count; index += 1) pool.#add(new Worker(PROGRAM, { workerData: task }))
    return pool
  }

  /** Whether nobody may be working on a chunk that is claimed and not answered. */
  get isBroken(): boolean {
    return this.#hasFailed || this.#running === 0
  }

  /** Notes the outcomes of a chunk. */
  done({ chunk, outcomes }: ChunkAnswer): void {
    this.#answers.set(chunk, outcomes)
  }

  /** The outcomes of a chunk, once. Undefined if they are not there. */
  take(chunk: number): ChunkAnswer['outcomes'] | undefined {
    const outcomes = this.#answers.get(chunk)
    this.#answers.delete(chunk)
    return outcomes
  }

  /** Waits until a worker has answered or ended. */
  async news(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve
    })
  }

  /** Ends the workers. */
  stop(): void {
    for (const worker of this.#workers) void worker.terminate()
  }

  #add(worker: Worker): void {
    this.#workers.push(worker)
    this.#running += 1
    worker.on('message', (answer: ChunkAnswer) => {
      this.done(answer)
      this.#wake?.()
    })
    // What a worker leaves, the command does itself.
    worker.on('error', () => {
      this.#hasFailed = true
    })
    worker.on('exit', () => {
      this.#running -= 1
      this.#wake?.()
    })
  }
}
