import { request } from 'node:http'
import type { Step } from './steps.js'

/** What came back, as far as registries must agree on it. */
export interface Answer {
  readonly status: number
  readonly contentType?: string
  /** The JSON value, or the text of another body. */
  readonly body: unknown
}

/** Sends a step as it is written: `fetch` would resolve `.` and `..` in a path. Each step has a connection of its own. */
export function send(origin: string, { method, path, contentType, body }: Step): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...(contentType !== undefined && { 'content-type': contentType }),
      ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
    }
    const outgoing = request(`${origin}/`, { method, path, headers, agent: false }, (reply) => {
      const pieces: Buffer[] = []
      reply.on('data', (piece: Buffer) => pieces.push(piece))
      reply.on('end', () => {
        const text = Buffer.concat(pieces).toString()
        const type = reply.headers['content-type']
        const hasType = type !== undefined && text !== ''
        resolve({ status: reply.statusCode ?? 0, ...(hasType && { contentType: type }), body: parsed(text) })
      })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?$/
const ID = /^model-[1-9A-HJ-NP-Za-km-z]{21,22}$/

/**
 * An answer without what differs from run to run: an id becomes `<id>`, a time `<time>`. What has another form stays, and so is
 * noticed. The time of a last update becomes `<created>` while nothing has been updated: the platform reads its clock twice for one row.
 */
export function comparable(answer: Answer): Answer {
  return { ...answer, body: withoutRun(answer.body) }
}

function withoutRun(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutRun)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, member]) => {
    if (key === 'id' && ID.test(String(member))) return [key, '<id>']
    if (key === 'updated_at' && isFresh(value)) return [key, '<created>']
    if (/^(?:created|updated)_at$/.test(key) && TIME.test(String(member))) return [key, '<time>']
    return [key, withoutRun(member)]
  })
  return Object.fromEntries(entries)
}

function isFresh(value: object): boolean {
  const { created_at: created, updated_at: updated } = value as Record<string, unknown>
  return Math.abs(milliseconds(updated) - milliseconds(created)) < FRESH_MS
}

const FRESH_MS = 5

function milliseconds(time: unknown): number {
  return TIME.test(String(time)) ? Date.parse(`${time}Z`) : Number.NaN
}
