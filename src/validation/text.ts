/** String functions of Python and Rust that JavaScript lacks. */

/** Whether a string contains a lone surrogate. */
export function hasLoneSurrogate(text: string): boolean {
  return !text.isWellFormed()
}

/** A key as the service writes it: a lone surrogate becomes three replacement characters, one per byte. */
export function writtenKey(key: string): string {
  return key.isWellFormed() ? key : key.replace(LONE_SURROGATES, '\ufffd'.repeat(3))
}

const LONE_SURROGATES = /[\ud800-\udfff]/gu

/** Whether a string has more code points than a limit. */
export function isLongerThan(text: string, limit: number): boolean {
  // A code point takes one or two units, so most strings need no counting.
  return text.length > limit && (text.length > 2 * limit || countCodePoints(text) > limit)
}

/** Whether a string has fewer code points than a limit. */
export function isShorterThan(text: string, limit: number): boolean {
  return text.length < limit || (text.length < 2 * limit && countCodePoints(text) < limit)
}

function countCodePoints(text: string): number {
  let count = 0
  for (const _ of text) count += 1
  return count
}

/** Trims a string like Rust's `str::trim`: removes Unicode White_Space. Beyond a text there is `NaN`, which is none. */
export function trim(text: string): string {
  let start = 0
  let end = text.length
  while (WHITE_SPACE.has(text.charCodeAt(start))) start += 1
  while (WHITE_SPACE.has(text.charCodeAt(end - 1))) end -= 1
  return text.slice(start, end)
}

const WHITE_SPACE: ReadonlySet<number> = new Set([
  0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20, 0x85, 0xa0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006,
  0x2007, 0x2008, 0x2009, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000,
])

/** Removes the underscores of a number such as `1_000`. Undefined if there is none, or one is misplaced. */
export function stripUnderscores(text: string): string | undefined {
  if (!text.includes('_') || text.startsWith('_') || text.endsWith('_') || text.includes('__')) return undefined
  return text.replaceAll('_', '')
}
