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
    try {
      this.#thread ??= new Thread(this.#entry)
      const { isLast, ...run } = this.#thread.run(request)
      if (isLast) this.#thread = undefined
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
  readonly #done = new Int32Array(new SharedArrayBuffer(4))
  readonly #port: MessagePort

  constructor(entry: URL) {
    const { port1, port2 } = new MessageChannel()
    const workerData = { entry: entry.href, port: port2, done: this.#done }
    const file = new URL('command-thread.mjs', import.meta.url)
    const worker = new Worker(file, { workerData, transferList: [port2], execArgv: [] })
    // Its last answer has said so already.
    worker.on('error', () => undefined)
    worker.unref()
    this.#port = port1
    port1.unref()
  }

  run(request: Request): Answer {
    Atomics.store(this.#done, 0, 0)
    this.#port.postMessage(request)
    if (Atomics.wait(this.#done, 0, 0, LONGEST_RUN) === 'timed-out')
      throw new Error(`no end of ${request.args.join(' ')}`)
    const received: { readonly message: Answer } | undefined = receiveMessageOnPort(this.#port)
    if (!received) throw new Error('the thread gave no answer')
    return received.message
  }
}

/** In milliseconds. */
const LONGEST_RUN = 50_000
