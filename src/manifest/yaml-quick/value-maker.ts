import { isRecord } from '../../lint/schema-walk.js'
import { type Made, type Maker, type OtherReading, REFUSED } from './maker.js'

type Fields = Record<string, unknown>

/**
 * Makes plain values, without places. It refuses what a value does not tell: a key that is given twice, a number whose spelling
 * counts, and a scalar that YAML 1.1 reads otherwise.
 */
export const VALUES: Maker<unknown, Fields, unknown[]> = {
  scalar(value: unknown, _start, _end, spelling?: string, other?: OtherReading): Made<unknown> {
    if (other !== undefined) return REFUSED
    return spelling !== undefined && isTelling(spelling, value) ? REFUSED : value
  },
  integer: (value) => value,
  nothing: () => null,
  fields: () => ({}),
  entry(fields, key, _start, _end, value) {
    if (key === '__proto__' || Object.hasOwn(fields, key)) return false
    fields[key] = value
    return true
  },
  merge: (_fields, source) => isRecord(source),
  mapping(fields, _end, merged) {
    if (!isRecord(merged)) return fields
    for (const [key, value] of Object.entries(merged)) if (!Object.hasOwn(fields, key)) fields[key] = value
    return fields
  },
  aliased: (target) => target,
  items: () => [],
  item(items, value) {
    items.push(value)
  },
  sequence: (items) => items,
}

/** Whether the spelling of a number says more than its value: of an integer with a fraction, or of one beyond 2^53. */
function isTelling(spelling: string, value: unknown): boolean {
  if (typeof value !== 'number' || !Number.isFinite(value)) return true
  return Number.isInteger(value) && spelling !== String(value)
}
