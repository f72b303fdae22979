import type { INVALID } from '../check.js'
import type { ErrorType } from '../error-types.js'
import type { Bounds } from '../plan.js'
import type { Run } from '../run.js'

/** A number within bounds, or the first bound that it breaks, in pydantic's order; NaN is within none. */
export function checkBounds(bounds: Bounds, value: number, input: unknown, run: Run): number | typeof INVALID {
  for (const { key, type, isMet } of BOUNDS) {
    const limit = bounds[key]
    if (limit !== undefined && !isMet(value, limit)) return run.fail(type, input, { [key]: limit })
  }
  return value
}

const BOUNDS: readonly {
  readonly key: keyof Bounds
  readonly type: ErrorType
  readonly isMet: (value: number, limit: number) => boolean
}[] = [
  { key: 'le', type: 'less_than_equal', isMet: (value, limit) => value <= limit },
  { key: 'lt', type: 'less_than', isMet: (value, limit) => value < limit },
  { key: 'ge', type: 'greater_than_equal', isMet: (value, limit) => value >= limit },
  { key: 'gt', type: 'greater_than', isMet: (value, limit) => value > limit },
]
