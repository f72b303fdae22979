import { isDeepStrictEqual } from 'node:util'
import { jsonValue, readJson } from '../../../src/json/index.js'
import type { SentAnswer } from './sent-body.js'

/** Whether a server answers as the service does: the status, the type of the content, and the same JSON. */
export function isSameSent(service: SentAnswer, ours: SentAnswer): boolean {
  return isDeepStrictEqual(comparableSent(service), comparableSent(ours))
}

/** An answer that can be compared. In a value, absent and null are alike; everywhere, 0 and -0. */
export function comparableSent({ status, contentType, text }: SentAnswer): unknown {
  const body = parsed(text)
  return { status, contentType, body: status === 200 ? withoutNulls(body) : body }
}

/** Whether the service has crashed: a server of ours never does. */
export function isCrash({ status }: SentAnswer): boolean {
  return status === 500
}

/** Whether a difference is one that docs/parity.md explains: an integer that JavaScript would round. */
export function isIntendedSent({ status, text }: SentAnswer): boolean {
  return status === 422 && text.includes('"int_parsing_size"')
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).filter(([, field]) => field !== null)
  return Object.fromEntries(fields.map(([name, field]) => [name, withoutNulls(field)]))
}

/** Integers beyond 2^53 stay exact. */
function parsed(text: string): unknown {
  const read = readJson(text)
  return read.ok ? jsonValue(read.root, ({ value }) => (value === 0 ? 0 : value)) : { notJson: text }
}
