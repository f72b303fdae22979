import { type Check, LAX, STRICT } from '../check.js'
import { utf8Length } from '../datetime/digits.js'
import { UUID } from '../fast-path/text-checks.js'
import type { UuidPlan } from '../plan/plan.js'
import { hasLoneSurrogate } from '../text.js'

/**
 * A UUID in any of the forms that Rust's crate `uuid` reads: with hyphens, without, in braces, as a URN. The value is written with hyphens,
 * in lower case.
 */
export const checkUuid: Check<UuidPlan> = (_, input, run) => {
  if (typeof input !== 'string') return run.fail('uuid_type', input)
  run.floor(run.strict ? STRICT : LAX)
  if (UUID.test(input)) return input
  if (hasLoneSurrogate(input)) return run.fail('string_unicode', input)
  for (const form of FORMS) {
    const groups = form.exec(input)
    if (groups !== null) return groups.slice(1).join('-').toLowerCase()
  }
  return run.fail('uuid_parsing', input, { error: faultOf(input) })
}

const HYPHENATED = '([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})'
const FORMS = [/^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/i]
  .concat(['^A$', '^\\{A\\}$'].map((form) => new RegExp(form.replace('A', HYPHENATED), 'i')))
  .concat(new RegExp(`^urn:uuid:${HYPHENATED.replaceAll('a-f', 'a-fA-F')}$`))

/** Longer texts than a URN are not read. */
const MAX_BYTES = 45

/** Where each group and its hyphen are, and how many digits a group has. */
const STARTS = [0, 9, 14, 19, 24] as const
const LENGTHS = [8, 4, 4, 4, 12] as const

/** What is wrong with a text, in the words of the crate `uuid` (`InvalidUuid::into_err`). */
function faultOf(text: string): string {
  const bytes = utf8Length(text)
  if (bytes > MAX_BYTES) return `invalid length: found ${bytes}`
  const isBraced = text.startsWith('{') && text.endsWith('}')
  const offset = isBraced ? 1 : text.startsWith(URN) ? URN.length : 0
  const digits = isBraced ? text.slice(1, -1) : text.slice(offset)
  // The crate takes off what stands around a text of the right length, and reports about the rest alone.
  if (offset > 0 && utf8Length(digits) === HYPHENATED_BYTES) return faultOf(digits)
  const at = digits.search(/[^0-9a-f-]/i)
  if (at >= 0) {
    return `invalid character: found \`${String.fromCodePoint(digits.codePointAt(at) ?? 0)}\` at ${at + offset}`
  }
  const groups = digits.split('-').map(({ length }) => length)
  if (groups.length === 1 && offset === 0 && bytes !== HYPHENATED_BYTES) return `invalid length: found ${bytes}`
  if (groups.length !== STARTS.length) return `invalid group count: expected 5, found ${groups.length}`
  const group = LENGTHS.findIndex((length, index) => groups[index] !== length)
  // The last group is counted up to the end of the text, with what stands around it.
  const isLast = group < 0 || group === LENGTHS.length - 1
  const found = isLast ? bytes - STARTS[4] : groups[group]
  return `invalid group length in group ${isLast ? 4 : group}: expected ${LENGTHS[isLast ? 4 : group]}, found ${found}`
}

const URN = 'urn:uuid:'
const HYPHENATED_BYTES = 36
