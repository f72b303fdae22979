import type { Flags } from './characters.js'
import type { Reader } from './reader.js'

/** The flags of a pattern that sets none. */
export const NO_FLAGS: Flags = { a: false, i: false, m: false, s: false, x: false }

/** Reads the flags of a group such as `(?i-s:`, up to its colon. */
export function scopedFlags(reader: Reader, flags: Flags, start: number): Flags {
  const on = reader.while(/[aiLmsux]/)
  const isOff = reader.takes('-')
  const off = isOff ? reader.while(/[aiLmsux]/) : ''
  if (on === '' && !isOff) throw reader.problem(`unknown extension ?${reader.next}`, start)
  if (!isOff && reader.comes(')')) throw reader.problem('global flags not at the start of the expression', start)
  if (isOff && off === '') throw reader.problem('missing flag', start)
  if (/[aLu]/.test(off)) throw reader.problem("bad inline flags: cannot turn off flags 'a', 'u' and 'L'", start)
  if ([...on].some((letter) => off.includes(letter)))
    throw reader.problem('bad inline flags: flag turned on and off', start)
  if (!reader.takes(':')) throw reader.problem('unknown flag, or missing : after flags', start)
  return withFlags(flags, { on, off, start }, reader)
}

/** Reads flags for the whole pattern, `(?i)`, which are allowed only at its start. Undefined, and nothing read, if there are none. */
export function wholeFlags(reader: Reader, flags: Flags): Flags | undefined {
  const start = reader.at
  if (!reader.takes('(?')) return undefined
  const letters = reader.while(/[aiLmsux]/)
  if (letters === '' || !reader.takes(')')) {
    reader.at = start
    return undefined
  }
  return withFlags(flags, { on: letters, off: '', start }, reader)
}

/** Turns flags on and off. */
export function withFlags(
  flags: Flags,
  { on, off, start }: { readonly on: string; readonly off: string; readonly start: number },
  reader: Reader,
): Flags {
  if (on.includes('L')) throw reader.problem("bad inline flags: cannot use 'L' flag with a str pattern", start)
  if (on.includes('a') && on.includes('u'))
    throw reader.problem("bad inline flags: flags 'a' and 'u' are incompatible", start)
  const has = (letter: keyof Flags) => !off.includes(letter) && (on.includes(letter) || flags[letter])
  return { a: has('a') && !on.includes('u'), i: has('i'), m: has('m'), s: has('s'), x: has('x') }
}
