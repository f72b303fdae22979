import { type Check, LAX, type Run, STRICT } from '../check.js'
import { fraction, padded } from '../datetime/digits.js'
import { readTime } from '../datetime/time.js'
import { COMMON_TIME } from '../fast-path/text-checks.js'
import type { TimePlan } from '../plan/plan.js'
import { hasLoneSurrogate } from '../text.js'

/** A time of day as text. In lax mode also the seconds since midnight, in UTC. */
export const checkTime: Check<TimePlan> = (_, input, run) => {
  if (typeof input === 'string') return timeOfText(input, run)
  const isNumber = typeof input === 'number' || typeof input === 'bigint' || input instanceof Number
  if (run.strict || !isNumber) return run.fail('time_type', input)
  run.floor(LAX)
  const seconds = Number(input)
  // Python cannot convert an integer beyond the largest float.
  if (typeof input === 'bigint' && !Number.isFinite(seconds)) return run.fail('time_type', input)
  return timeOfSeconds(seconds, input, run)
}

function timeOfText(text: string, run: Run): unknown {
  run.floor(run.strict ? STRICT : LAX)
  if (COMMON_TIME.test(text)) return text
  if (hasLoneSurrogate(text)) return run.fail('string_unicode', text)
  const time = readTime(text, 0)
  return time.ok ? time.text : run.fail('time_parsing', text, { error: time.error })
}

const LAST_SECOND = 86_399

function timeOfSeconds(seconds: number, input: unknown, run: Run): unknown {
  const fail = (error: string): unknown => run.fail('time_parsing', input, { error })
  if (Number.isNaN(seconds)) return fail('NaN values not permitted')
  if (seconds < 0) return fail('time in seconds should be positive')
  const microseconds = Number.isFinite(seconds) ? Math.round((seconds % 1) * 1_000_000) : 0
  const whole = Math.floor(seconds) + Math.floor(microseconds / 1_000_000)
  if (whole > LAST_SECOND) return fail('numeric times may not exceed 86,399 seconds')
  const clock = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60].map((part) => padded(part, 2))
  return `${clock.join(':')}${fraction(microseconds % 1_000_000)}Z`
}
