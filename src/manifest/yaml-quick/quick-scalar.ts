import type { SourceNode } from '../source-node.js'
import { otherReading } from '../yaml-1-1/other-reading.js'

/** Reads a scalar that ends on its line, with a comment behind it at most. Undefined if it is not simple. */
export function quickScalar(text: string, at: number, lineEnd: number): SourceNode | undefined {
  const rest = text.slice(at, lineEnd)
  const first = rest[0]
  if (first === '"' || first === "'") return quoted(rest, at, first)
  if (first === '[' || first === '{') return emptyCollection(rest, at)
  return plain(rest, at)
}

const QUOTED = { '"': /^"([^"\\\t]*)"(?: *$| +#)/, "'": /^'([^'\t]*)'(?: *$| +#)/ }

function quoted(rest: string, at: number, quote: '"' | "'"): SourceNode | undefined {
  const [, value] = QUOTED[quote].exec(rest) ?? []
  if (value === undefined) return undefined
  return { kind: 'scalar', span: { start: at, end: at + value.length + 2 }, value }
}

function emptyCollection(rest: string, at: number): SourceNode | undefined {
  const span = { start: at, end: at + 2 }
  if (/^\[\](?: *$| +#)/.test(rest)) return { kind: 'sequence', span, items: [] }
  return /^\{\}(?: *$| +#)/.test(rest) ? { kind: 'mapping', span, entries: [] } : undefined
}

function plain(rest: string, at: number): SourceNode | undefined {
  const comment = rest.indexOf(' #')
  const written = comment < 0 ? rest.trimEnd() : rest.slice(0, comment).trimEnd()
  if (!PLAIN.test(written) || written.includes(': ') || written.endsWith(':')) return undefined
  const value = coreValue(written)
  if (value === undefined || otherReading(written, value, undefined) !== undefined) return undefined
  const span = { start: at, end: at + written.length }
  return typeof value === 'number'
    ? { kind: 'scalar', span, value, spelling: written }
    : { kind: 'scalar', span, value }
}

/** Undefined if it may be something else than it looks like. */
function coreValue(written: string): string | number | boolean | null | undefined {
  // The other reader has no negative zero among its integers.
  if (NUMBER.test(written)) return Object.is(Number(written), -0) ? undefined : Number(written)
  if (NUMERIC.test(written)) return undefined
  const word = WORDS.get(written)
  if (word !== undefined) return word
  return isWord(written) ? undefined : written
}

/** Whether a text is a word of some version of YAML, in some spelling. Such a key is left to the other reader too. */
export function isWord(text: string): boolean {
  const word = text.toLowerCase()
  return WORDS.has(word) || OLD_WORDS.has(word)
}

/** Starts with a character that means nothing in YAML, and has no tab. */
const PLAIN = /^[^\s\-?:,[\]{}#&*!|>'"%@`~.+][^\t]*$|^-?\d[^\t]*$/

/** Integers and fractions that every reader reads exactly. */
const NUMBER = /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?$/

/** What may be a number in another spelling. */
const NUMERIC = /^-?[\d.][\da-fxo_+.e:-]*$/i

const WORDS: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ['true', true],
  ['false', false],
  ['null', null],
])

/** The booleans of YAML 1.1, as PyYAML has them: without `y` and `n`. */
const OLD_WORDS: ReadonlySet<string> = new Set(['yes', 'no', 'on', 'off'])
