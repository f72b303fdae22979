import { readScalar11, readTagged11, type Scalar11 } from './read-scalar.js'

/**
 * How YAML 1.1 reads a plain scalar, if that is not how the core schema of YAML 1.2 reads it.
 *
 * @param value - its value in the core schema
 * @param tag - its tag, if one is written
 */
export function otherReading(source: string, value: unknown, tag: string | undefined): Scalar11 | undefined {
  if (!MAY_DIFFER.test(source)) return undefined
  const other = tag === undefined ? readScalar11(source) : readTagged11(source, tag)
  return isSame(other, value) ? undefined : other
}

/** What begins like none of these is text in both. A number that begins with 1 to 9 and has digits only is the same. */
const MAY_DIFFER = /^(?:(?!(?:[1-9][0-9]{0,14})$)[0-9]|[-+.yYnNoO<=])/

/** Whether a reading is a value of the core schema. A float with an integral value is a number like any other. */
export function isSame(reading: Scalar11, value: unknown): boolean {
  switch (reading.kind) {
    case 'null':
      return value === null
    case 'integer':
      if (typeof value === 'bigint') return reading.value === value
      return typeof value === 'number' && Number.isInteger(value) && BigInt(value) === reading.value
    case 'float':
      // Two NaN are the same, and so are 0 and -0.
      return Object.is(value, reading.value) || value === reading.value
    case 'boolean':
    case 'text':
      return value === reading.value
    default:
      return false
  }
}
