/** What each edge runtime runs: the same requests, whose answers must be those of Node. Bundled by `run.ts`. */
import { validateRequest } from '../../src/index.js'

/** A request, and its answer: the status and the body, or the value. */
export interface EdgeCase {
  readonly model: 'CreateModelEntityRequest' | 'Lora'
  readonly contentType: string | null
  readonly body: string
  readonly maxBytes?: number
}

/** Requests that together use every part of an adapter. */
export const CASES: readonly EdgeCase[] = [
  { model: 'Lora', contentType: 'application/json', body: '{"rank": "8"}' },
  { model: 'Lora', contentType: 'application/json', body: '{"rank":' },
  { model: 'Lora', contentType: 'text/plain', body: '{"rank": 8}' },
  { model: 'Lora', contentType: null, body: '' },
  { model: 'Lora', contentType: 'application/json', body: '{"rank": 9007199254740993}' },
  { model: 'Lora', contentType: 'application/json', body: `{"rank": 8${' '.repeat(1000)}}`, maxBytes: 100 },
  { model: 'CreateModelEntityRequest', contentType: 'application/merge-patch+json', body: '{"name": "zwei Wörter"}' },
  {
    model: 'CreateModelEntityRequest',
    contentType: 'application/json',
    body: '{"name": "m", "custom_fields": {"a": 1e400}}',
  },
  {
    model: 'CreateModelEntityRequest',
    contentType: 'application/json',
    body: '{"name": "m", "api_endpoint": {"url": "HTTPS://münchen.example:443/a/../ä?q"}}',
  },
]

/** The answers of this runtime. */
export async function answers(): Promise<unknown[]> {
  const given: unknown[] = []
  for (const { model, contentType, body, maxBytes } of CASES) {
    const headers: [string, string][] = contentType === null ? [] : [['content-type', contentType]]
    const bytes = new TextEncoder().encode(body)
    const request = new Request('http://localhost/', { method: 'POST', headers, body: bytes })
    const result = await validateRequest(model, request, maxBytes === undefined ? {} : { maxBytes })
    given.push(
      result.ok ? result.value : [result.response.status, [...result.response.headers], await result.response.text()],
    )
  }
  return given
}
