import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { createInterface, type Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Answer, Case } from './records.js'

/** An answer of the service, or its failure to give one. */
export type ServiceAnswer = Answer | { readonly ok: false; readonly crash: string }

/** The service of `app.py` in a Python of its own; one case is asked at a time. */
export class Service {
  private readonly python: ChildProcessWithoutNullStreams
  private readonly lines: AsyncIterator<string>
  private readonly input: Interface

  /** @param executable - a Python that has what `requirements.txt` names */
  constructor(executable: string) {
    this.python = spawn(executable, [fileURLToPath(new URL('answer.py', import.meta.url))])
    this.input = createInterface({ input: this.python.stdout })
    this.lines = this.input[Symbol.asyncIterator]()
    this.python.stderr.resume()
  }

  async ask(given: Case): Promise<ServiceAnswer> {
    this.python.stdin.write(`${JSON.stringify(given)}\n`)
    const { value, done } = await this.lines.next()
    if (done) throw new Error('the service has ended: is what requirements.txt names installed?')
    const { id, ...answer } = JSON.parse(value)
    if (id !== given.id) throw new Error(`an answer to ${id} where one to ${given.id} was expected`)
    return answer
  }

  close(): void {
    this.input.close()
    this.python.kill()
  }
}
