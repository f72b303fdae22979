import { type Check, INVALID } from '../check.js'
import type { ListPlan } from '../plan/plan.js'

/** A list. Checks every item; errors contain the index. A list that is too long is one error, and its items are not checked. */
export const checkList: Check<ListPlan> = (plan, input, run) => {
  if (!Array.isArray(input)) return run.fail('list_type', input)
  const { minItems, maxItems } = plan
  if (maxItems !== undefined && input.length > maxItems) {
    const context = { field_type: 'List', max_length: maxItems, actual_length: input.length }
    return run.fail('too_long', input, context)
  }
  let isValid = true
  const values: unknown[] = []
  for (let index = 0; index < input.length; index += 1) {
    const value = run.checkAt(index, plan.items, input[index])
    if (value === INVALID) isValid = false
    else values.push(value)
  }
  if (isValid && minItems !== undefined && input.length < minItems) {
    const context = { field_type: 'List', min_length: minItems, actual_length: input.length }
    return run.fail('too_short', input, context)
  }
  return isValid ? values : INVALID
}
