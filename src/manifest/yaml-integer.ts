import type { Scalar } from 'yaml'
import { MAX_INTEGER_DIGITS } from '../json/scan-number.js'
import { LONG_INTEGER } from './file-error.js'
import { Stop } from './yaml-refusal.js'
import { spanOf } from './yaml-spans.js'

/** A number if that is exact, otherwise a `bigint`. */
export function integerOf(value: bigint, scalar: Scalar): number | bigint {
  if (value >= LONG || value <= -LONG) {
    throw new Stop('yaml_syntax', spanOf(scalar), LONG_INTEGER.message, LONG_INTEGER.help)
  }
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

const LONG = 10n ** BigInt(MAX_INTEGER_DIGITS)
