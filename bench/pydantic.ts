import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Body } from './bodies.js'
import type { Subject } from './measure.js'

/** A Python process that times pydantic-core. */
export interface Pydantic {
  readonly version: string
  /** `validate_json` of a body, as a subject. */
  subject(name: string, body: Body): Subject
  stop(): void
}

/**
 * Starts Python: the one that `MODEL_ENTITY_PYTHON` names, or `python3`. Without a Python that has FastAPI and pydantic there is
 * none, and the table says so.
 */
export async function startPydantic(): Promise<Pydantic | undefined> {
  const script = fileURLToPath(new URL('pydantic_rounds.py', import.meta.url))
  const python = spawn(process.env['MODEL_ENTITY_PYTHON'] ?? 'python3', [script], { stdio: ['pipe', 'pipe', 'ignore'] })
  python.on('error', () => python.stdout.destroy())
  python.stdin.on('error', () => undefined)
  const lines = createInterface(python.stdout)[Symbol.asyncIterator]()
  const first = await lines.next()
  if (first.done) return undefined
  return {
    version: first.value,
    subject: (name, body) => ({
      name,
      async time(times) {
        python.stdin.write(`${JSON.stringify({ body: body.text, times })}\n`)
        return Number((await lines.next()).value)
      },
    }),
    stop: () => python.kill(),
  }
}
