import { decodeBody } from '../json/decode-body.js'
import type { JsonError } from '../json/json-error.js'
import type { JsonNumber } from '../json/json-node.js'
import { jsonValue } from '../json/json-value.js'
import { DEFAULT_MAX_DEPTH, readJson } from '../json/read-json.js'
import { checkValue } from './check-value.js'
import { isJsonContentType } from './content-type.js'
import { messageOf } from './error-types.js'
import { type Survey, WrittenFloat } from './leaves.js'
import { type Model, type ModelValue, planOf } from './plan-of.js'
import { type Invalid, UNREADABLE, type ValidateOptions, type ValidationResult } from './result.js'
import { isSafeForJsonParse } from './safe-text.js'

/** How to validate a body. */
export interface ValidateJsonOptions extends ValidateOptions {
  /**
   * The request's `Content-Type`, as the header has it; `null` for a request without one. Unless it is JSON, the text
   * itself is the value. Left out, the body is JSON.
   */
  readonly contentType?: string | null
}

/**
 * Checks a request's body as the service does, from its bytes or its text: decoding, JSON errors in the words of
 * Python's decoder, duplicate keys (the last wins), and integers that JavaScript would round.
 *
 * @param model - the name of one of the 18 definitions, or a definition built of the kinds that they use
 * @param body - bytes in UTF-8, UTF-16 or UTF-32, or text
 * @throws TypeError for an unknown name, and for a definition that cannot be validated by
 * @example
 * validateJson('Lora', '{"rank": 8,}')
 * // { ok: false, status: 422, detail: [{ type: 'json_invalid', loc: ['body', 10], msg: 'JSON decode error', input: {},
 * //   ctx: { error: 'Expecting property name enclosed in double quotes' } }] }
 */
export function validateJson<M extends Model>(
  model: M,
  body: string | Uint8Array,
  options: ValidateJsonOptions = {},
): ValidationResult<ModelValue<M>> {
  const plan = planOf(model)
  const read = readBody(body, options)
  if ('failure' in read) return read.failure
  return checkValue(plan, read.value, options, read.known) as ValidationResult<ModelValue<M>>
}

type ReadBody = { readonly value: unknown; readonly known?: Survey } | { readonly failure: Invalid | typeof UNREADABLE }

/** The value of a body: `undefined` for an empty one. */
function readBody(body: string | Uint8Array, options: ValidateJsonOptions): ReadBody {
  const { contentType, maxDepth = DEFAULT_MAX_DEPTH } = options
  if (body.length === 0) return { value: undefined }
  if (contentType !== undefined && !isJsonContentType(contentType ?? '')) {
    return { value: typeof body === 'string' ? body : new TextDecoder('utf-8', { ignoreBOM: true }).decode(body) }
  }
  const text = decodeBody(body)
  if (text === undefined) return { failure: UNREADABLE }
  if (options.mode !== 'strict' && isSafeForJsonParse(text, maxDepth)) {
    try {
      const value: unknown = JSON.parse(text)
      return isOddText(text) ? { value } : { value, known: EVERYDAY }
    } catch {
      // The reader says what is wrong, or takes it: Python knows NaN.
    }
  }
  const read = readJson(text, { maxDepth, constants: true })
  if (!read.ok) return { failure: jsonFailure(read.error, options) }
  if (options.mode !== 'strict') return { value: jsonValue(read.root) }
  return { value: jsonValue(read.root, exactNumber), known: { isTooDeep: false, isOdd: true } }
}

/** What a walk would find in the value of a safe text in which nothing hints at more. */
const EVERYDAY: Survey = { isTooDeep: false, isOdd: false }

/** Whether a safe text may hold a key that errors do not show, as it is or escaped. */
function isOddText(text: string): boolean {
  return text.includes('_sa') || text.includes('\\u')
}

/** In strict mode `1.0` is no integer, and must be told from `1`. */
function exactNumber({ value, text }: JsonNumber): unknown {
  return Number.isInteger(value) && /[.eE]/.test(text) ? new WrittenFloat(value) : value
}

function jsonFailure(error: JsonError, { loc = ['body'], maxErrors }: ValidateOptions): Invalid | typeof UNREADABLE {
  if (error.code !== 'json_invalid') return UNREADABLE
  const detail = {
    type: error.code,
    loc: [...loc, error.position],
    msg: messageOf(error.code),
    input: {},
    ctx: { error: error.message },
  }
  const invalid = { ok: false, status: 422, detail: maxErrors === 0 ? [] : [detail] } as const
  return maxErrors === undefined ? invalid : { ...invalid, errorCount: 1 }
}
