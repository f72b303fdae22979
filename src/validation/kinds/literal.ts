import type { Check } from '../check.js'
import { exactInteger } from '../exact-numbers.js'
import type { LiteralPlan } from '../plan/plan.js'
import { pythonRepr } from '../python-text.js'
import { hasLoneSurrogate } from '../text.js'
import { orList } from './enum.js'

/** One of some constants. As in Python, `1.0` equals 1, and 1 equals `True` where the other is no constant itself. */
export const checkLiteral: Check<LiteralPlan> = (plan, input, run) => {
  const { values } = plan
  if (typeof input === 'string') {
    if (values.includes(input)) return input
    const isTextual = values.some((value) => typeof value === 'string')
    if (isTextual && hasLoneSurrogate(input)) return run.fail('string_unicode', input)
  }
  if (typeof input === 'bigint' && !isInt64(input) && values.some((value) => typeof value === 'number')) {
    return run.fail('int_parsing_size', exactInteger(input))
  }
  const exact = values.find((value) => value === input && !(input instanceof Number))
  if (exact !== undefined) return exact
  const number =
    typeof input === 'boolean' || typeof input === 'number' || input instanceof Number ? Number(input) : Number.NaN
  const equal = values.findLast((value) => typeof value !== 'string' && Number(value) === number)
  if (equal === undefined) return run.fail('literal_error', input, { expected: orList(values.map(written)) })
  return equal
}

function isInt64(integer: bigint): boolean {
  return BigInt.asIntN(64, integer) === integer
}

/** A constant as Python writes it. */
export function written(value: string | number | boolean): string {
  if (typeof value === 'string') return pythonRepr(value)
  return typeof value === 'number' ? String(value) : value ? 'True' : 'False'
}
