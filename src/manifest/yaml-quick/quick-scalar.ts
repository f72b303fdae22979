import type { SourceNode } from '../source-node.js'

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
  const span = { start: at, end: at + written.length }
  if (NUMBER.test(written)) return { kind: 'scalar', span, value: Number(written), spelling: written }
  if (NUMERIC.test(written)) return undefined
  const word = WORDS.get(written)
  if (word !== undefined) return { kind: 'scalar', span, value: word }
  return written.length <= LONGEST_WORD && WORDS.has(written.toLowerCase())
    ? undefined
    : { kind: 'scalar', span, value: written }
}

/** Starts with a character that means nothing in YAML, and has no tab. */
const PLAIN = /^[^\s\-?:,[\]{}#&*!|>'"%@`~.+][^\t]*$|^-?\d[^\t]*$/

/** Integers and fractions of which every reader has the exact value. */
const NUMBER = /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?$/

/** What may be a number in another spelling. */
const NUMERIC = /^-?[\d.][\da-fxo_+.e:-]*$/i

const WORDS: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ['true', true],
  ['false', false],
  ['null', null],
])
const LONGEST_WORD = 5
