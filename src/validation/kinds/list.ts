import { type Check, INVALID } from '../check.js'
import type { ListPlan } from '../plan/plan.js'

/** A list. Checks every item; errors contain the index. */
export const checkList: Check<ListPlan> = (plan, input, run) => {
  if (!Array.isArray(input)) return run.fail('list_type', input)
  let isValid = true
  const values: unknown[] = []
  for (let index = 0; index < input.length; index += 1) {
    const value = run.checkAt(index, plan.items, input[index])
    if (value === INVALID) isValid = false
    else values.push(value)
  }
  return isValid ? values : INVALID
}
