import { type Check, LAX, type Run, STRICT } from '../check.js'
import { datetimeFromTimestamp, type Parsed, parseDate, parseDatetime } from '../datetime/text.js'
import { COMMON_DATE_TIME } from '../fast-path/text-checks.js'
import type { DatetimePlan } from '../plan/plan.js'
import { hasLoneSurrogate } from '../text.js'

/**
 * A date and time as text. In lax mode also a date alone, and the seconds or milliseconds since 1970, as a number or text. The
 * value is the text that pydantic writes.
 */
export const checkDatetime: Check<DatetimePlan> = (_, input, run) => {
  run.floor(run.strict ? STRICT : LAX)
  if (typeof input === 'string') return datetimeOfText(input, run)
  if (run.strict) return run.fail('datetime_type', input)
  if (typeof input !== 'number' && typeof input !== 'bigint' && !(input instanceof Number)) {
    return run.fail('datetime_type', input)
  }
  const timestamp = Number(input)
  // Python cannot convert an integer beyond the largest float.
  if (typeof input === 'bigint' && !Number.isFinite(timestamp)) return run.fail('datetime_type', input)
  return answer(datetimeFromTimestamp(timestamp), input, run)
}

function datetimeOfText(text: string, run: Run): unknown {
  if (COMMON_DATE_TIME.test(text)) return text
  if (hasLoneSurrogate(text)) return run.fail('string_unicode', text)
  const parsed = parseDatetime(text)
  if (parsed.ok || run.strict) return answer(parsed, text, run)
  const date = parseDate(text)
  return date.ok ? answer(date, text, run) : run.fail('datetime_from_date_parsing', text, { error: date.error })
}

function answer(parsed: Parsed, input: unknown, run: Run): unknown {
  if (!parsed.ok) return run.fail('datetime_parsing', input, { error: parsed.error })
  if (parsed.year === 0) return run.fail('datetime_parsing', input, { error: 'year 0 is out of range' })
  return parsed.text
}
