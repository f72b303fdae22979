import { checkOptions } from '../options/index.js'
import { checkValue } from './check-value.js'
import { DEFAULTS, VALIDATE_OPTIONS } from './options.js'
import type { Model, ModelValue } from './plan/model.js'
import { planOf } from './plan/plan-of.js'
import type { ValidateOptions, ValidationResult } from './result.js'

/**
 * Validates a parsed value like the service validates a request body.
 *
 * Returns a valid value as a new one: coerced, with defaults and nulls filled in, and without unknown fields (except in
 * `InferenceParams`, which keeps them). Never changes the input. A `bigint` in the input is an integer that a JavaScript
 * number cannot hold; it gives the error `int_parsing_size`. So does a whole number beyond 2^53 - 1 in an integer field,
 * because it may be rounded already.
 *
 * @param model - the name of a definition, or your own definition built from the same kinds
 * @param value - the parsed body, for example from `JSON.parse` or a YAML reader
 * @throws TypeError for an unknown model name, an unsupported definition, or an unknown or wrong option
 * @throws TypeError with the place, for a value that JSON cannot represent, such as a `Date`, or that contains itself
 * @throws RangeError for a number option out of range
 * @example
 * validate('Lora', { rank: '8' })
 * // { ok: true, value: { alpha: null, rank: 8 } }
 * validate('Lora', { rank: 'x' })
 * // { ok: false, status: 422, detail: [{ type: 'int_parsing', loc: ['body', 'rank'], msg: 'Input should be …', input: 'x' }] }
 */
export function validate<const M extends Model>(
  model: M,
  value: unknown,
  options: ValidateOptions = DEFAULTS,
): ValidationResult<ModelValue<M>> {
  const plan = planOf(model)
  if (options !== DEFAULTS) checkOptions(options, VALIDATE_OPTIONS)
  // What a plan accepts is what its definition describes: the static type follows the definition.
  return checkValue(plan, value, options) as ValidationResult<ModelValue<M>>
}
