import { CheckpointError } from './checkpoint-error.js'

/** An error about a field whose value does not fit. */
export function invalidField(place: readonly (string | number)[], found: string, expected: string): CheckpointError {
  const message = `${place.join('.')} is ${found}; expected ${expected}`
  const help = 'Correct the value, or use the safetensors headers: totals and linear layers can be derived from them'
  return new CheckpointError('invalid_field', message, { place, help })
}

/** The value that was found, shortened for a message. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'absent'
  // JSON would print infinity as null.
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value))
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

/** A count or a size. */
export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

export function isFiniteNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

export function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean'
}

export function isString(value: unknown): value is string {
  return typeof value === 'string'
}

export function isCountList(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every(isCount)
}

export function isStringList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isString)
}
