import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A server of the comparison, and how it is started. */
export interface ServerProgram {
  readonly name: string
  readonly command: readonly [program: string, ...args: string[]]
  readonly env?: Readonly<Record<string, string>>
  /** Finds the URL in what the server prints. Default: the first URL. */
  readonly url?: RegExp
  /** Whether it keeps what it gets: such a server is not compared with the others. */
  readonly stores?: true
}

/** A server that runs. */
export class RunningServer {
  readonly origin: string
  private readonly child: ChildProcess

  private constructor(child: ChildProcess, origin: string) {
    this.child = child
    this.origin = origin
  }

  static async start({ command, env = {}, url = /(http:\/\/[\w.:]+)/ }: ServerProgram): Promise<RunningServer> {
    const [program, ...args] = command
    const child = spawn(program, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let printed = ''
    const origin = await new Promise<string>((resolve, reject) => {
      const read = (piece: Buffer) => {
        printed += piece
        const found = url.exec(printed)?.[1]
        if (found !== undefined) resolve(found)
      }
      child.stdout.on('data', read)
      child.stderr.on('data', read)
      child.on('error', reject)
      child.on('exit', () => reject(new Error(`${program} has ended:\n${printed.slice(-2000)}`)))
    })
    return new RunningServer(child, origin)
  }

  /** The processor time that it has used so far, in seconds; NaN where the system does not tell. Linux counts in hundredths. */
  cpuSeconds(): number {
    try {
      const fields = readFileSync(`/proc/${this.child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
      return (Number(fields[11]) + Number(fields[12])) / 100
    } catch {
      return Number.NaN
    }
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve))
    this.child.kill('SIGTERM')
    await ended
  }
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
