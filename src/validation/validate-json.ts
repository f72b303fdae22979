import { decodeBody } from '../json/decode-body.js'
import type { JsonError } from '../json/json-error.js'
import type { JsonNumber } from '../json/json-node.js'
import { jsonValue } from '../json/json-value.js'
import { DEFAULT_MAX_DEPTH, readJson } from '../json/read-json.js'
import { textOrBytes } from '../json/text-or-bytes.js'
import { checkOptions } from '../options/index.js'
import { checkValue, fastPathValue } from './check-value.js'
import { isJsonContentType } from './content-type.js'
import { messageOf } from './error-types.js'
import { WrittenFloat } from './exact-numbers.js'
import { isReadable, isReadExactly } from './json-parse-safety.js'
import { DEFAULTS, VALIDATE_JSON_OPTIONS } from './options.js'
import type { Model, ModelValue } from './plan/model.js'
import { tellsFloats } from './plan/parts-of.js'
import type { Plan } from './plan/plan.js'
import { planOf } from './plan/plan-of.js'
import {
  type Invalid,
  type RunOptions,
  UNREADABLE,
  type ValidateJsonOptions,
  type ValidateOptions,
  type ValidationResult,
} from './result.js'
import { runSlowPath } from './slow-path.js'
import type { ValueScan } from './value-scan.js'

/**
 * Validates the bytes or text of a request body like the service. This includes decoding, JSON errors with the messages of
 * Python's decoder, duplicate keys (the last one wins), and integers that JavaScript would round.
 *
 * @param model - the name of a definition, or your own definition built from the same kinds
 * @param body - bytes in UTF-8, UTF-16 or UTF-32 (an `ArrayBuffer` or any view of one), or text
 * @throws TypeError for an unknown model name, an unsupported definition, an unknown or wrong option, or a body that is neither
 *   text nor bytes
 * @throws RangeError for a number option out of range
 * @example
 * validateJson('Lora', '{"rank": 8,}')
 * // { ok: false, status: 422, detail: [{ type: 'json_invalid', loc: ['body', 11], msg: 'JSON decode error', input: {},
 * //   ctx: { error: 'Expecting property name enclosed in double quotes' } }] }
 */
export function validateJson<const M extends Model>(
  model: M,
  body: string | ArrayBufferLike | ArrayBufferView,
  options: ValidateJsonOptions = DEFAULTS,
): ValidationResult<ModelValue<M>> {
  const plan = planOf(model)
  if (options !== DEFAULTS) checkOptions(options, VALIDATE_JSON_OPTIONS)
  // What a plan accepts is what its definition describes: the static type follows the definition.
  return checkBody(plan, textOrBytes(body), options) as ValidationResult<ModelValue<M>>
}

/** Validates a body against a plan, with options that are checked. */
export function checkBody(
  plan: Plan,
  body: string | Uint8Array,
  options: ValidateJsonOptions & RunOptions,
): ValidationResult {
  const { contentType } = options
  if (body.length === 0) return checkValue(plan, undefined, options)
  if (contentType !== undefined && !isJsonContentType(contentType ?? '')) {
    const text = typeof body === 'string' ? body : new TextDecoder('utf-8', { ignoreBOM: true }).decode(body)
    return checkValue(plan, text, options)
  }
  const text = decodeBody(body)
  return text === undefined ? UNREADABLE : (checkParsed(plan, text, options) ?? checkRead(plan, text, options))
}

/** Uses `JSON.parse`, which is fast. Returns a result only if it is certain to equal that of the reader. */
function checkParsed(plan: Plan, text: string, options: ValidateJsonOptions): ValidationResult | undefined {
  const { mode, maxDepth = DEFAULT_MAX_DEPTH } = options
  if (mode === 'strict' || !isReadable(text, maxDepth)) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // The reader reports the error, or accepts the text: Python allows NaN.
    return undefined
  }
  // The fast path accepts no number that may differ from its text.
  const built = fastPathValue(plan, value, options)
  if (built !== undefined) return { ok: true, value: built }
  return isReadExactly(text) && !(tellsFloats(plan) && /\d[.eE]/.test(text))
    ? runSlowPath(plan, value, options, mayNeedConversion(text) ? undefined : PLAIN_SCAN)
    : undefined
}

/** Uses the reader, which behaves like Python. */
function checkRead(plan: Plan, text: string, options: ValidateJsonOptions): ValidationResult {
  const { mode, maxDepth = DEFAULT_MAX_DEPTH } = options
  const read = readJson(text, { maxDepth, constants: true })
  if (!read.ok) return jsonFailure(read.error, options)
  if (mode !== 'strict' && !tellsFloats(plan)) return checkValue(plan, jsonValue(read.root), options)
  return checkValue(plan, jsonValue(read.root, exactNumber), options, { isTooDeep: false, needsConversion: true })
}

/** The result of a walk through the value of a text with nothing special in it. */
const PLAIN_SCAN: ValueScan = { isTooDeep: false, needsConversion: false }

/** Whether a text may contain a key that errors leave out, literally or escaped. */
function mayNeedConversion(text: string): boolean {
  return text.includes('_sa') || text.includes('\\u')
}

/** In strict mode and in unions `1.0` must be distinguished from `1`. */
function exactNumber({ value, text }: JsonNumber): unknown {
  return Number.isInteger(value) && /[.eE]/.test(text) ? new WrittenFloat(value) : value
}

function jsonFailure(
  error: JsonError,
  { loc = ['body'], maxErrors, hideInput }: ValidateOptions,
): Invalid | typeof UNREADABLE {
  if (error.code !== 'json_invalid') return UNREADABLE
  const detail = {
    type: error.code,
    loc: [...loc, error.position],
    msg: messageOf(error.code),
    ...(hideInput ? undefined : { input: {} }),
    ctx: { error: error.message },
  }
  const invalid = { ok: false, status: 422, detail: maxErrors === 0 ? [] : [detail] } as const
  return maxErrors === undefined ? invalid : { ...invalid, errorCount: 1 }
}
