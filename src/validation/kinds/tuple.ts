import { type Check, INVALID, LAX, STRICT } from '../check.js'
import type { TuplePlan } from '../plan/plan.js'

/** A list of a fixed length, each item with its own plan. */
export const checkTuple: Check<TuplePlan> = (plan, input, run) => {
  if (!Array.isArray(input)) return run.fail('tuple_type', input)
  const { items } = plan
  run.floor(run.strict ? STRICT : LAX)
  if (input.length > items.length) {
    const context = { field_type: 'Tuple', max_length: items.length, actual_length: input.length }
    return run.fail('too_long', input, context)
  }
  const errorsBefore = run.errorCount
  const values = items.map((item, index) => {
    if (index < input.length) return run.checkAt(index, item, input[index])
    run.failAt(index, 'missing', input)
    return INVALID
  })
  return run.errorCount === errorsBefore ? values : INVALID
}
