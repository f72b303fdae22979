import { anchorOf, lineEnd, lineStart } from './anchors.js'
import { classOf, escaped, octal, rangeText, type Single, setText } from './characters.js'
import { NO_FLAGS, scopedFlags, wholeFlags } from './flags.js'
import { nameOf, newName } from './group-names.js'
import { eitherOf, inSequence, one, type Piece, place, wrapped } from './piece.js'
import { type Quantifier, quantifier } from './quantifier.js'
import { Reader } from './reader.js'

/**
 * Translates a pattern of Python's `re` to the source of a JavaScript regular expression with the flag `u`. It follows the
 * grammar of `re._parser` in CPython 3.11.
 *
 * @throws RegexProblem for a pattern that Python refuses, or that JavaScript cannot express
 */
export function translate(pattern: string): string {
  return new Translator(pattern).whole()
}

const MAX_DEPTH = 100

class Translator {
  private readonly reader: Reader
  private flags = NO_FLAGS
  private depth = 0
  private lookbehinds = 0
  private atomics = 0
  /** The groups opened so far, with their names. */
  private readonly groups: { readonly name: string | undefined; isClosed: boolean }[] = []
  /** The groups that have certainly matched at this point. Only references to these mean the same in JavaScript. */
  private certain: ReadonlySet<number> = new Set()

  constructor(pattern: string) {
    this.reader = new Reader(pattern)
  }

  whole(): string {
    const { source } = this.alternatives(true)
    if (this.reader.next !== '') throw this.reader.problem('unbalanced parenthesis')
    return source
  }

  private alternatives(isTop: boolean): Piece {
    const before = this.certain
    const pieces: Piece[] = []
    const certain: ReadonlySet<number>[] = []
    do {
      this.certain = before
      pieces.push(this.sequence(isTop && pieces.length === 0))
      certain.push(this.certain)
    } while (this.reader.takes('|'))
    this.certain = new Set([...(certain[0] ?? [])].filter((group) => certain.every((branch) => branch.has(group))))
    return eitherOf(pieces)
  }

  private sequence(mayHaveFlags: boolean): Piece {
    const pieces: Piece[] = []
    for (;;) {
      const { next } = this.reader
      if (next === '' || next === '|' || next === ')') break
      if (this.flags.x && this.skipsBlank()) continue
      if (this.skipsComment()) continue
      const flags = mayHaveFlags && pieces.length === 0 ? wholeFlags(this.reader, this.flags) : undefined
      if (flags !== undefined) {
        this.flags = flags
        continue
      }
      const repeat = quantifier(this.reader)
      pieces.push(repeat === undefined ? this.item() : this.repeated(pieces.pop(), repeat))
    }
    return inSequence(pieces)
  }

  private skipsBlank(): boolean {
    if (this.reader.while(/[ \t\n\r\v\f]/) !== '') return true
    if (!this.reader.takes('#')) return false
    this.reader.while(/[^\n]/)
    return true
  }

  private skipsComment(): boolean {
    if (!this.reader.takes('(?#')) return false
    this.reader.until(')', 'comment')
    return true
  }

  private item(): Piece {
    const { reader, flags } = this
    const start = reader.at
    const character = reader.take()
    switch (character) {
      case '\\':
        return this.escape(start)
      case '[':
        return one(setText(reader, flags))
      case '.':
        return one(flags.s ? '[^]' : '[^\\n]')
      case '^':
        return place(lineStart(flags))
      case '$':
        return place(lineEnd(flags))
      case '(':
        return this.group(start)
      default:
        return this.single({ kind: 'literal', code: character.codePointAt(0) ?? 0 })
    }
  }

  private single(single: Single): Piece {
    if (single.kind === 'class') return one(`[${single.isNegated ? '^' : ''}${classOf(single.letter, this.flags)}]`)
    return one(`[${rangeText(single.code, single.code, this.flags, this.reader)}]`)
  }

  /** An escape outside sets, after its backslash. */
  private escape(start: number): Piece {
    const { reader } = this
    const { next } = reader
    const anchor = anchorOf(next, this.flags)
    if (anchor !== undefined) {
      reader.take()
      return place(anchor)
    }
    if (reader.takes('0')) return this.single(octal(`0${reader.while(/[0-7]/, 2)}`, reader, start))
    if (/[1-9]/.test(next)) {
      const first = reader.take()
      const second = reader.while(/[0-9]/, 1)
      const third = /^[0-7]{2}$/.test(first + second) ? reader.while(/[0-7]/, 1) : ''
      if (third !== '') return this.single(octal(first + second + third, reader, start))
      return this.reference(Number(first + second), start)
    }
    const single = escaped(reader)
    if (single === undefined) throw reader.problem(`bad escape \\${next}`, start)
    return this.single(single)
  }

  private reference(group: number, start: number): Piece {
    const found = this.groups[group - 1]
    if (found === undefined) throw this.reader.problem(`invalid group reference ${group}`, start)
    if (!found.isClosed) throw this.reader.problem('cannot refer to an open group', start)
    if (this.lookbehinds > 0 || !this.certain.has(group) || this.flags.i) {
      throw this.reader.problem('this reference cannot be translated, because its group may not have matched', start)
    }
    return { source: `\\k<${nameOf(group, found.name)}>`, least: 0, most: Number.POSITIVE_INFINITY, repeats: 'yes' }
  }

  private group(start: number): Piece {
    if (this.depth >= MAX_DEPTH) throw this.reader.problem(`groups inside more than ${MAX_DEPTH} others`, start)
    this.depth += 1
    const outer = this.flags
    const piece = this.reader.takes('?') ? this.extension(start) : this.capture(undefined, start)
    this.flags = outer
    this.depth -= 1
    return piece
  }

  private capture(name: string | undefined, start: number): Piece {
    if (this.lookbehinds > 0)
      throw this.reader.problem('a capturing group inside a lookbehind cannot be translated', start)
    const group = { name, isClosed: false }
    const number = this.groups.push(group)
    const inner = this.inside(start)
    group.isClosed = true
    this.certain = new Set([...this.certain, number])
    return { ...inner, source: `(?<${nameOf(number, name)}>${inner.source})` }
  }

  /** The content of a group, after its opening parenthesis and mark, up to the closing parenthesis. */
  private inside(start: number): Piece {
    const inner = this.alternatives(false)
    if (!this.reader.takes(')')) throw this.reader.problem('missing ), unterminated subpattern', start)
    return inner
  }

  /** A group that begins with `(?`. */
  private extension(start: number): Piece {
    const { reader } = this
    if (reader.takes(':')) return wrapped('(?:', this.inside(start))
    if (reader.takes('>')) return this.atomic(this.inside(start))
    if (reader.takes('P<')) return this.capture(newName(reader, this.groups, start), start)
    if (reader.takes('P=')) {
      const name = reader.until(')', 'name')
      const group = this.groups.findIndex((one) => one.name === name)
      if (group < 0) throw reader.problem(`unknown group name ${JSON.stringify(name)}`, start)
      return this.reference(group + 1, start)
    }
    if (reader.takes('P')) throw reader.problem(`unknown extension ?P${reader.next}`, start)
    if (reader.takes('=')) return this.ahead('(?=', start)
    if (reader.takes('!')) return this.ahead('(?!', start)
    if (reader.takes('<=')) return this.behind('(?<=', start)
    if (reader.takes('<!')) return this.behind('(?<!', start)
    if (reader.takes('(')) throw reader.problem('conditional groups have no counterpart in JavaScript', start)
    this.flags = scopedFlags(reader, this.flags, start)
    return wrapped('(?:', this.inside(start))
  }

  private ahead(mark: '(?=' | '(?!', start: number): Piece {
    const before = this.certain
    const { source } = this.inside(start)
    if (mark === '(?!') this.certain = before
    return { source: `(?:${mark}${source}))`, least: 0, most: 0, repeats: 'yes' }
  }

  private behind(mark: '(?<=' | '(?<!', start: number): Piece {
    this.lookbehinds += 1
    const { source, least, most } = this.inside(start)
    this.lookbehinds -= 1
    if (least !== most) throw this.reader.problem('look-behind requires fixed-width pattern', start)
    return { source: `(?:${mark}${source}))`, least: 0, most: 0, repeats: 'yes' }
  }

  /** An atomic group: a lookahead that captures, then a reference to the capture. It never backtracks. */
  private atomic({ source, least, most, repeats }: Piece): Piece {
    if (this.lookbehinds > 0) throw this.reader.problem('an atomic group inside a lookbehind cannot be translated')
    this.atomics += 1
    const name = `$atomic${this.atomics}`
    return { source: `(?:(?=(?<${name}>${source}))\\k<${name}>)`, least, most, repeats }
  }

  private repeated(piece: Piece | undefined, { min, max, at }: Quantifier): Piece {
    const { reader } = this
    if (piece === undefined || piece.repeats === 'never') throw reader.problem('nothing to repeat', at)
    if (piece.repeats === 'repeated') throw reader.problem('multiple repeat', at)
    // A group inside may not have matched. Also, Python and JavaScript repeat an empty match differently.
    if (min === 0 || piece.least === 0) {
      this.certain = new Set(
        [...this.certain].filter((group) => !piece.source.includes(`(?<${this.writtenName(group)}>`)),
      )
    }
    const count = `{${min},${max === Number.POSITIVE_INFINITY ? '' : max}}`
    const made: Piece = {
      source: `(?:${piece.source})${count}${reader.takes('?') ? '?' : ''}`,
      least: piece.least * min,
      most: max === 0 ? 0 : piece.most === 0 ? 0 : piece.most * max,
      repeats: 'repeated',
    }
    return !made.source.endsWith('?') && reader.takes('+') ? this.atomic(made) : made
  }

  private writtenName(group: number): string {
    return nameOf(group, this.groups[group - 1]?.name)
  }
}
