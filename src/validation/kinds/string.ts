import { type Check, STRICT } from '../check.js'
import { hasShortSegments, MODEL_REFERENCE } from '../fast-path/text-checks.js'
import type { StringPlan } from '../plan/plan.js'
import { patternRegExp } from '../rust-pattern.js'
import { hasLoneSurrogate, isLongerThan, isShorterThan } from '../text.js'

/** A string: checks its length in code points, its pattern, and the rule for model references. */
export const checkString: Check<StringPlan> = (plan, input, run) => {
  if (typeof input !== 'string') return run.fail('string_type', input)
  if (run.strict) run.floor(STRICT)
  if (isUnconstrained(plan)) return input
  const { minLength, maxLength, pattern, reference } = plan
  if (hasLoneSurrogate(input)) return run.fail('string_unicode', input)
  if (minLength !== undefined && isShorterThan(input, minLength)) {
    return run.fail('string_too_short', input, { min_length: minLength })
  }
  if (maxLength !== undefined && isLongerThan(input, maxLength)) {
    return run.fail('string_too_long', input, { max_length: maxLength })
  }
  if (pattern !== undefined && !patternRegExp(pattern).test(input)) {
    return run.fail('string_pattern_mismatch', input, { pattern })
  }
  if (reference && !isModelReference(input)) {
    // FastAPI writes the exception in the context as an empty object.
    return run.fail('value_error', input, { error: MODEL_REFERENCE_RULE }, { error: {} })
  }
  return input
}

/** Like `isModelRef` of the references, but builds no error message. */
function isModelReference(text: string): boolean {
  return MODEL_REFERENCE.test(text) && hasShortSegments(text)
}

/** The message of the service for an invalid model reference. */
const MODEL_REFERENCE_RULE =
  "A single name (2-63 characters) or 'workspace/model_name' where each segment is a valid name " +
  '(lowercase, digits, hyphens, and temporarily @ . + _; no leading/trailing or consecutive hyphens). ' +
  'If one slash, both sides must be non-empty.'

/** Whether a string has no constraints. Then it is never decoded, and invalid Unicode passes. */
export function isUnconstrained({ minLength, maxLength, pattern, reference }: StringPlan): boolean {
  return minLength === undefined && maxLength === undefined && pattern === undefined && reference === undefined
}
