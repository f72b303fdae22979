import type { INVALID, Run } from '../check.js'
import type { Bounds } from '../plan/plan.js'

/** A number within bounds, or the first bound that it violates, in pydantic's order. NaN is never within bounds. */
export function checkBounds(bounds: Bounds, value: number, input: unknown, run: Run): number | typeof INVALID {
  const { le, lt, ge, gt } = bounds
  if (le !== undefined && !(value <= le)) return run.fail('less_than_equal', input, { le })
  if (lt !== undefined && !(value < lt)) return run.fail('less_than', input, { lt })
  if (ge !== undefined && !(value >= ge)) return run.fail('greater_than_equal', input, { ge })
  if (gt !== undefined && !(value > gt)) return run.fail('greater_than', input, { gt })
  return value
}
