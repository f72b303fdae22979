import { type Check, LAX, type Run, STRICT } from '../check.js'
import { datetimeFromTimestamp, parseDatetime, parseExactDate } from '../datetime/text.js'
import { COMMON_DATE } from '../fast-path/text-checks.js'
import type { DatePlan } from '../plan/plan.js'
import { hasLoneSurrogate } from '../text.js'

/** A date as text, or in digits as a timestamp. In lax mode also a datetime at midnight, as text or as a number. */
export const checkDate: Check<DatePlan> = (_, input, run) => {
  if (typeof input === 'string') return dateOfText(input, run)
  const isNumber = typeof input === 'number' || typeof input === 'bigint' || input instanceof Number
  if (run.strict || !isNumber) return run.fail('date_type', input)
  const timestamp = Number(input)
  // Python cannot convert an integer beyond the largest float.
  if (typeof input === 'bigint' && !Number.isFinite(timestamp)) return run.fail('date_type', input)
  return fromDatetime(datetimeFromTimestamp(timestamp), input, run)
}

function dateOfText(text: string, run: Run): unknown {
  run.floor(run.strict ? STRICT : LAX)
  if (COMMON_DATE.test(text)) return text
  if (hasLoneSurrogate(text)) return run.fail('string_unicode', text)
  const date = parseExactDate(text)
  if (!date.ok) {
    return run.strict
      ? run.fail('date_parsing', text, { error: date.error })
      : fromDatetime(parseDatetime(text), text, run)
  }
  return inRange(date, text, run)
}

type Parsed = ReturnType<typeof parseExactDate>

function fromDatetime(moment: Parsed, input: unknown, run: Run): unknown {
  run.floor(LAX)
  if (!moment.ok) return run.fail('date_from_datetime_parsing', input, { error: moment.error })
  const [date = '', time = ''] = moment.text.split('T')
  if (!time.startsWith('00:00:00') || time.startsWith('.', 8)) return run.fail('date_from_datetime_inexact', input)
  return inRange({ ...moment, text: date }, input, run)
}

function inRange(date: Extract<Parsed, { ok: true }>, input: unknown, run: Run): unknown {
  return date.year === 0 ? run.fail('date_parsing', input, { error: 'year 0 is out of range' }) : date.text
}
