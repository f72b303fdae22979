import type { Reader } from './reader.js'

/** Python's flags by their letters, as they apply to a part of a pattern. */
export interface Flags {
  readonly a: boolean
  readonly i: boolean
  readonly m: boolean
  readonly s: boolean
  readonly x: boolean
}

/** The characters of Python's classes, as the inside of a JavaScript class. */
const CLASSES = {
  d: { ascii: '0-9', unicode: '\\p{Nd}' },
  s: {
    ascii: '\\t-\\r ',
    unicode: '\\t-\\r\\x1c- \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000',
  },
  w: { ascii: 'A-Za-z0-9_', unicode: '\\p{L}\\p{N}_' },
} as const

/** The inside of a JavaScript class for `\d`, `\s` or `\w`. */
export function classOf(letter: 'd' | 's' | 'w', { a }: Flags): string {
  return CLASSES[letter][a ? 'ascii' : 'unicode']
}

/** One character, or one of Python's classes. */
export type Single =
  | { readonly kind: 'literal'; readonly code: number }
  | { readonly kind: 'class'; readonly letter: 'd' | 's' | 'w'; readonly isNegated: boolean }

/** An escape that is valid inside and outside sets, after the backslash; `undefined` for all other escapes. */
export function escaped(reader: Reader): Single | undefined {
  const start = reader.at - 1
  const letter = reader.next
  if (/[dswDSW]/.test(letter)) {
    reader.take()
    const lower = letter.toLowerCase()
    return { kind: 'class', letter: lower === 'd' || lower === 's' ? lower : 'w', isNegated: letter !== lower }
  }
  const control = CONTROLS.indexOf(letter)
  if (letter !== '' && control >= 0) {
    reader.take()
    return { kind: 'literal', code: 7 + CONTROL_CODES.indexOf(letter) }
  }
  const length = HEX_LENGTHS[letter]
  if (length !== undefined) {
    reader.take()
    const digits = reader.while(/[0-9a-fA-F]/, length)
    const code = Number.parseInt(digits, 16)
    if (digits.length < length || code > 0x10ffff) throw reader.problem(`incomplete escape \\${letter}${digits}`, start)
    return { kind: 'literal', code }
  }
  if (letter === 'N') throw reader.problem('characters by name (\\N) cannot be translated', start)
  if (letter === '') throw reader.problem('bad escape (end of pattern)', start)
  if (/[A-Za-z0-9]/.test(letter)) return undefined
  return { kind: 'literal', code: reader.take().codePointAt(0) ?? 0 }
}

const CONTROLS = 'atnvfr'
/** In the order of their codes, from 7 on. `\b` is a character only in sets. */
const CONTROL_CODES = 'abtnvfr'
const HEX_LENGTHS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 }

/** An octal escape of three digits. */
export function octal(digits: string, reader: Reader, start: number): Single {
  const code = Number.parseInt(digits, 8)
  if (code > 0o377) throw reader.problem(`octal escape value \\${digits} outside of range 0-0o377`, start)
  return { kind: 'literal', code }
}

/** A character or a range as the inside of a JavaScript class, in both cases if the flags ignore case. */
export function rangeText(from: number, to: number, { i, a }: Flags, reader: Reader): string {
  const plain = from === to ? written(from) : `${written(from)}-${written(to)}`
  if (!i) return plain
  if (to > 0x7f) throw reader.problem('case cannot be ignored (?i) exactly for characters beyond ASCII')
  let all = plain
  for (let code = from; code <= to; code += 1) {
    const letter = String.fromCharCode(code)
    if (/[A-Za-z]/.test(letter)) all += written(code ^ 0x20) + (a ? '' : (ALSO[letter.toLowerCase()] ?? ''))
  }
  return all
}

/** Characters beyond ASCII that match an ASCII letter if case is ignored (Python's `re`, under IGNORECASE). */
const ALSO: Readonly<Record<string, string>> = { i: '\\u0130\\u0131', s: '\\u017f', k: '\\u212a' }

/** A code point, escaped so that it is valid anywhere in a pattern. */
export function written(code: number): string {
  return `\\u{${code.toString(16)}}`
}

/**
 * A set of characters, after its `[`. A `]` in the first place is a literal. A set can contain negated classes, which need
 * alternatives in JavaScript.
 */
export function setText(reader: Reader, flags: Flags): string {
  const start = reader.at - 1
  const isNegated = reader.takes('^')
  let inside = ''
  const outside: string[] = []
  for (let isFirst = true; isFirst || reader.next !== ']'; isFirst = false) {
    if (reader.next === '') throw reader.problem('unterminated character set', start)
    const at = reader.at
    const low = member(reader)
    if (reader.comes('-') && !reader.comes('-]')) {
      reader.take()
      if (reader.next === '') throw reader.problem('unterminated character set', start)
      const high = member(reader)
      if (low.kind === 'class' || high.kind === 'class' || high.code < low.code) {
        throw reader.problem('bad character range', at)
      }
      inside += rangeText(low.code, high.code, flags, reader)
    } else if (low.kind === 'literal') {
      inside += rangeText(low.code, low.code, flags, reader)
    } else if (low.isNegated) {
      outside.push(`[^${classOf(low.letter, flags)}]`)
    } else {
      inside += classOf(low.letter, flags)
    }
  }
  reader.take()
  if (outside.length === 0) return `[${isNegated ? '^' : ''}${inside}]`
  const any = `(?:${[`[${inside}]`, ...outside].join('|')})`
  return isNegated ? `(?:(?!${any})[^])` : any
}

function member(reader: Reader): Single {
  const start = reader.at
  const character = reader.take()
  if (character !== '\\') return { kind: 'literal', code: character.codePointAt(0) ?? 0 }
  if (reader.takes('b')) return { kind: 'literal', code: 8 }
  const digits = reader.while(/[0-7]/, 3)
  if (digits !== '') return octal(digits, reader, start)
  const single = escaped(reader)
  if (single === undefined) throw reader.problem(`bad escape \\${reader.next}`, start)
  return single
}
