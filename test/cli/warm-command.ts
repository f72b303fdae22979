import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'

/** What a run of the built command printed, and how it ended. */
export interface CliRun {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** What a run is given. */
interface Request {
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly input: string | Uint8Array
}

/** The built command in a thread of this process. Most of a start is loading code, and only the first run does that. */
export class WarmCommand {
  readonly #entry: URL
  #thread: Thread | undefined

  /** @param entry - the file that Node would be started with */
  constructor(entry: URL) {
    this.#entry = entry
  }

  /** Runs the command, and waits for its end. Threads have the folder of their process, so this one visits it meanwhile. */
  run(request: Request, folder: string = process.cwd()): CliRun {
    const home = process.cwd()
    process.chdir(folder)
    // A thread that fails to answer is left: what it says later would be taken for the answer to the next run.
    const thread = this.#thread ?? new Thread(this.#entry)
    this.#thread = undefined
    try {
      const { isLast, ...run } = thread.run(request)
      if (!isLast) this.#thread = thread
      return run
    } finally {
      process.chdir(home)
    }
  }
}

interface Answer extends CliRun {
  /** Whether the thread ended too. */
  readonly isLast: boolean
}

class Thread {
  /** How many runs the thread has answered. */
  readonly #answered = new Int32Array(new SharedArrayBuffer(4))
  readonly #port: MessagePort
  #asked = 0

  constructor(entry: URL) {
    const { port1, port2 } = new MessageChannel()
    const workerData = { entry: entry.href, port: port2, answered: this.#answered }
    const file = new URL('command-thread.mjs', import.meta.url)
    const worker = new Worker(file, { workerData, transferList: [port2], execArgv: [] })
    // Its last answer has said so already.
    worker.on('error', () => undefined)
    worker.unref()
    this.#port = port1
    port1.unref()
  }

  run(request: Request): Answer {
    const before = this.#asked
    this.#asked += 1
    this.#port.postMessage(request)
    // Not only once: the thread may wake this one late, about the run before.
    while (Atomics.load(this.#answered, 0) === before)
      if (Atomics.wait(this.#answered, 0, before, LONGEST_RUN) === 'timed-out')
        throw new Error(`no end of ${request.args.join(' ')}`)
    const received: { readonly message: Answer } | undefined = receiveMessageOnPort(this.#port)
    if (!received) throw new Error('the thread gave no answer')
    return received.message
  }
}

/** In milliseconds. */
const LONGEST_RUN = 50_000
