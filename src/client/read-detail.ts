import { jsonValue, readJson } from '../json/index.js'
import type { JsonNumber } from '../json/json-node.js'
import { exactInteger } from '../validation/exact-numbers.js'
import type { ErrorDetail } from '../validation/result.js'

/**
 * The `detail` of a refusal in the shape of FastAPI: `{ "detail": "…" }` or `{ "detail": [{ "loc", "msg", "type", … }] }`. An integer in
 * an `input` that a JavaScript number would round is the text of its digits, as in the errors of `validateJson`.
 *
 * @returns `'invalid-json'`, `'unexpected-shape'`, or the detail
 */
export function readDetail(
  text: string | undefined,
): 'invalid-json' | 'unexpected-shape' | { readonly detail: string | ErrorDetail[] } {
  const read = text === undefined ? undefined : readJson(text)
  if (!read?.ok) return 'invalid-json'
  const detail: unknown = Reflect.get(Object(jsonValue(read.root, exactNumber)), 'detail')
  if (typeof detail === 'string') return { detail }
  return Array.isArray(detail) && detail.every(isErrorDetail) ? { detail } : 'unexpected-shape'
}

function exactNumber({ value }: JsonNumber): unknown {
  return typeof value === 'bigint' ? exactInteger(value) : value
}

function isErrorDetail(entry: unknown): entry is ErrorDetail {
  if (typeof entry !== 'object' || entry === null) return false
  const { loc, msg, type } = entry as { readonly [Field in keyof ErrorDetail]?: unknown }
  return Array.isArray(loc) && loc.every(isStep) && typeof msg === 'string' && typeof type === 'string'
}

function isStep(step: unknown): boolean {
  return typeof step === 'string' || Number.isInteger(step)
}
