import { checkOptions } from '../options/index.js'
import { checkValue } from './check-value.js'
import { DEFAULTS, VALIDATE_OPTIONS } from './options.js'
import { type Model, type ModelValue, planOf } from './plan/plan-of.js'
import type { ValidateOptions, ValidationResult } from './result.js'

/**
 * Checks a parsed value as the service checks a request's body.
 *
 * A value that passes comes back as a new one: coercions made, defaults and nulls filled in, unknown fields dropped
 * (`InferenceParams` keeps them). The input is never changed. A `bigint` in the input stands for an integer that a
 * JavaScript number cannot hold; such an integer is `int_parsing_size`, as is a whole number beyond 2^53 - 1 in a field
 * for integers, which may have been rounded on its way here.
 *
 * @param model - the name of a definition, or one of your own built of the kinds that they use
 * @param value - what `JSON.parse`, or a YAML reader, makes of a body
 * @throws TypeError for an unknown name, for a definition that cannot be validated by, and for an unknown or wrong option
 * @throws TypeError for a value that no JSON text can hold, such as a `Date`, and one that contains itself, with the place
 * @throws RangeError for an option that is a number outside its range
 * @example
 * validate('Lora', { rank: '8' })
 * // { ok: true, value: { alpha: null, rank: 8 } }
 * validate('Lora', { rank: 'x' })
 * // { ok: false, status: 422, detail: [{ type: 'int_parsing', loc: ['body', 'rank'], msg: 'Input should be …', input: 'x' }] }
 */
export function validate<M extends Model>(
  model: M,
  value: unknown,
  options: ValidateOptions = DEFAULTS,
): ValidationResult<ModelValue<M>> {
  const plan = planOf(model)
  if (options !== DEFAULTS) checkOptions(options, VALIDATE_OPTIONS)
  // What a plan accepts is what its definition describes: the static type follows the definition.
  return checkValue(plan, value, options) as ValidationResult<ModelValue<M>>
}
