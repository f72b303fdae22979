import { writeJson } from '../json/index.js'
import { optionsIn } from '../options/index.js'
import { isJsonContentType } from '../validation/content-type.js'
import { creationRefusals, type Model, type ModelValue, type ValidationResult } from '../validation/index.js'
import { VALIDATE_OPTIONS } from '../validation/options.js'
import { planOf } from '../validation/plan/plan-of.js'
import { checkBody as validateBytes } from '../validation/validate-json.js'
import { redact } from './redact.js'
import type { RefusedRequest, RequestOptions } from './request-options.js'

/** A request body, as a framework hands it over before anything has parsed it. */
export interface RawBody {
  /** The bytes as they were sent. Undefined for a body that is larger than `maxBytes`. */
  readonly bytes: Uint8Array | undefined
  /** The `Content-Type` header. */
  readonly contentType: string | null | undefined
  /** The `Content-Encoding` header. */
  readonly contentEncoding: string | null | undefined
}

/** The valid value, or the answer to give. */
export type CheckedBody<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly answer: RefusingAnswer }

/** An answer as the service writes it: status, headers and body. */
export interface RefusingAnswer extends RefusedRequest {
  readonly headers: Readonly<Record<string, string>>
  /** JSON in UTF-8. */
  readonly body: Uint8Array<ArrayBuffer>
}

/** Checks one body: its size and type, then the service's validation, then what the create route refuses. */
export async function checkBody<M extends Model, Req>(
  model: M,
  raw: RawBody,
  options: RequestOptions<M, Req>,
  request: Req,
): Promise<CheckedBody<ModelValue<M>>> {
  const { bytes } = raw
  if (bytes === undefined) return refused({ status: 413, detail: 'Content Too Large' }, model, options, request)
  if (options.requireJson && bytes.length > 0) {
    const accepted = acceptedInstead(raw)
    if (accepted !== undefined)
      return refused({ status: 415, detail: 'Unsupported Media Type' }, model, options, request, accepted)
  }
  const contentType = raw.contentType ?? null
  const given = { ...optionsIn(options, VALIDATE_OPTIONS), contentType, keepsIntegers: true }
  // What a plan accepts is what its definition describes: the static type follows the definition.
  const result = validateBytes(planOf(model), bytes, given) as ValidationResult<ModelValue<M>>
  if (!result.ok) return refused({ status: result.status, detail: result.detail }, model, options, request)
  if (options.creation === undefined) return result
  const creation = await options.creation(result.value, request)
  const [refusal] = creationRefusals(result.value, {
    ...creation,
    ...(options.integers && { integers: options.integers }),
  })
  if (refusal === undefined) return result
  const { status, detail, reason } = refusal
  return refused({ status, detail, reason }, model, options, request)
}

/** The header that names what a 415 would accept. Undefined for a body that is accepted. */
function acceptedInstead({ contentType, contentEncoding }: RawBody): Readonly<Record<string, string>> | undefined {
  if (!/^\s*(?:identity\s*)?$/i.test(contentEncoding ?? '')) return { 'accept-encoding': 'identity' }
  return isJsonContentType(contentType ?? '') ? undefined : { accept: 'application/json' }
}

function refused<Req>(
  found: RefusedRequest,
  model: Model,
  { redact: where = 'logs', onRefused }: RequestOptions<never, Req>,
  request: Req,
  headers?: Readonly<Record<string, string>>,
): { readonly ok: false; readonly answer: RefusingAnswer } {
  const shown = where === 'logs-and-bodies' ? masked(found, model) : found
  onRefused?.(readable(where === 'logs' ? masked(found, model) : shown), request)
  const body = new TextEncoder().encode(writeJson({ detail: shown.detail }))
  const all = { ...headers, 'content-length': String(body.length), 'content-type': 'application/json' }
  return { ok: false, answer: { ...readable(shown), headers: all, body } }
}

function masked(found: RefusedRequest, model: Model): RefusedRequest {
  // A masked list of errors is still one: only texts and numbers within `input` and `ctx` are replaced.
  return { ...found, detail: redact(found.detail, model) as RefusedRequest['detail'] }
}

/** With the nearest number for each `bigint`, which logs cannot write. */
function readable(found: RefusedRequest): RefusedRequest {
  return { ...found, detail: JSON.parse(writeJson(found.detail)) }
}
