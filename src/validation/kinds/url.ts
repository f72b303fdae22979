import { type Check, LAX } from '../check.js'
import { MAX_URL, NORMAL_URL } from '../fast-path/text-checks.js'
import type { UrlPlan } from '../plan/plan.js'
import { hasLoneSurrogate } from '../text.js'
import { parseUrl } from '../url/parse-url.js'

/** An absolute URL by the WHATWG rules. The value is its normal form. Strict mode accepts no URL that needs repair. */
export const checkUrl: Check<UrlPlan> = (_, input, run) => {
  if (typeof input !== 'string') return run.fail('url_type', input)
  run.floor(LAX)
  if (input.length <= MAX_URL && NORMAL_URL.test(input)) return input
  if (hasLoneSurrogate(input)) return run.fail('string_unicode', input)
  if (input === '') return run.fail('url_parsing', input, { error: 'input is empty' })
  const parsed = parseUrl(input)
  if (!parsed.ok) return run.fail('url_parsing', input, { error: parsed.error })
  if (run.strict && parsed.violation !== undefined) {
    return run.fail('url_syntax_violation', input, { error: parsed.violation })
  }
  return parsed.href
}
