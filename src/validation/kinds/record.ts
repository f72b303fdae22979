import { type Check, INVALID, STRICT } from '../check.js'
import { isInstance, notJson } from '../not-json.js'
import type { RecordPlan } from '../plan/plan.js'
import { isRecord, setField } from '../record.js'
import { writtenKey } from '../text.js'

/** An object with any keys. Checks every value. */
export const checkRecord: Check<RecordPlan> = (plan, input, run) => {
  if (!isRecord(input)) return run.fail('dict_type', input)
  if (isInstance(input)) throw notJson(run.path, input)
  let isValid = true
  const values: Record<string, unknown> = {}
  for (const key of Object.keys(input)) {
    if (run.strict) run.floor(STRICT)
    const written = writtenKey(key)
    const value = run.checkAt(written, plan.values, input[key])
    if (value === INVALID) isValid = false
    else setField(values, written, value)
  }
  return isValid ? values : INVALID
}
