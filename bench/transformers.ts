import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A Python process that builds models without weights, and times that. */
export interface Transformers {
  readonly version: string
  /** What it takes to learn a model's sizes from its config; `error` where it does not know the family. */
  time(config: unknown): Promise<TransformersTime | { readonly error: string }>
  stop(): void
}

/** The median time, and what was found out in it. */
export interface TransformersTime {
  readonly nanoseconds: number
  readonly total: number
  readonly layers: number
}

/**
 * Starts Python: the one that `MODEL_ENTITY_PYTHON` names, or `python3`. Without a Python that has transformers and torch
 * there is none.
 */
export async function startTransformers(): Promise<Transformers | undefined> {
  const script = fileURLToPath(new URL('transformers_rounds.py', import.meta.url))
  const python = spawn(process.env['MODEL_ENTITY_PYTHON'] ?? 'python3', [script], { stdio: ['pipe', 'pipe', 'ignore'] })
  python.on('error', () => python.stdout.destroy())
  python.stdin.on('error', () => undefined)
  const lines = createInterface(python.stdout)[Symbol.asyncIterator]()
  const first = await lines.next()
  if (first.done) return undefined
  return {
    version: first.value,
    async time(config) {
      // Python has no 1e999, and JSON no Infinity; what Python writes as Infinity it reads so, too.
      const text = JSON.stringify(config, (_, value) => (value === Infinity ? INFINITY : value))
      python.stdin.write(`${text.replaceAll(`"${INFINITY}"`, 'Infinity')}\n`)
      return JSON.parse((await lines.next()).value)
    },
    stop: () => python.kill(),
  }
}

const INFINITY = '<Infinity>'
