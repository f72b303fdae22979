import type { Diagnostic, Excerpt } from '../../../manifest/index.js'
import type { Style } from '../../paint.js'
import { printable } from '../printable.js'
import type { PrettyStyle } from './pretty-style.js'

/** The width of the column of line numbers, with a blank on each side: as wide as the widest number shown. */
export function gutterWidth(one: Diagnostic, excerpt: Excerpt | undefined): number {
  const last = excerpt?.lineAfter === undefined ? one.line : one.line + 1
  const lines = [last, ...(one.related ?? []).map(({ line }) => line + 1)]
  return String(Math.max(...lines)).length + 2
}

/**
 * The line that a diagnostic points at, with a caret under each column of the token, between the lines above and below. A
 * tab is printed as two spaces, a terminal control character as an escape, and a character two columns wide gets two carets.
 * No row is wider than the terminal. An empty line prints nothing.
 */
export function codeFrame(line: number, excerpt: Excerpt, gutter: number, colour: Style, style: PrettyStyle): string[] {
  const { paint } = style
  const bar = paint('blue', '|')
  const room = Math.max(style.width - gutter - 2, 20)
  const marked = fitted(excerpt, room)
  if (marked.before + marked.token + marked.after === '') return []
  const number = (value: number | string) => paint('blue', ` ${String(value).padStart(gutter - 2)} `)
  const context = (at: number, text: string | undefined) =>
    text === undefined || text.trim() === '' ? [] : [`${number(at)}${bar} ${cutTo(columnsOf(text), room)}`]
  const indent = ' '.repeat(width(marked.before))
  return [
    ...context(line - 1, excerpt.lineBefore),
    `${number(line)}${bar} ${marked.before}${marked.token}${marked.after}`,
    `${number('')}${bar} ${indent}${paint(colour, '^'.repeat(Math.max(width(marked.token), 1)))}`,
    ...context(line + 1, excerpt.lineAfter),
  ]
}

interface Marked {
  readonly before: string
  readonly token: string
  readonly after: string
}

/** Of a long line, the part around the token that fits. `…` marks what is left out. */
function fitted(excerpt: Excerpt, room: number): Marked {
  const before = columnsOf(excerpt.before)
  const token = columnsOf(excerpt.token)
  const after = columnsOf(excerpt.after)
  const all = before.length + token.length + after.length
  const [cutBefore, cutAfter] = [excerpt.isCutBefore ? '…' : '', excerpt.isCutAfter ? '…' : '']
  if (all + cutBefore.length + cutAfter.length <= room) {
    return { before: cutBefore + join(before), token: join(token), after: join(after) + cutAfter }
  }
  // What stands before the token says which field it is: keep as much of it as leaves half of the room.
  const shownToken = token.slice(0, Math.max(room - 2, 1))
  const rest = room - shownToken.length
  const lead = Math.min(before.length, Math.max(rest - after.length - 1, Math.floor(rest / 2)) - 1)
  const isCut = lead < before.length || cutBefore !== ''
  const start = `${isCut ? '…' : ''}${lead > 0 ? join(before.slice(-lead)) : ''}`
  const left = room - width(start) - shownToken.length
  const end =
    token.length > shownToken.length
      ? '…'.slice(0, left)
      : after.length + cutAfter.length <= left
        ? join(after) + cutAfter
        : cutTo(after, left)
  return { before: start, token: join(shownToken), after: end }
}

/** A printable text as its terminal columns: a wide character is itself and an empty column. */
function columnsOf(text: string): string[] {
  const columns: string[] = []
  for (const character of printable(text.replaceAll('\t', '  '))) {
    if (ZERO.test(character) && columns.length > 0) columns.push(`${columns.pop()}${character}`)
    else if (WIDE.test(character)) columns.push(character, '')
    else columns.push(character)
  }
  return columns
}

/** The columns that fit, and `…` if some do not. */
function cutTo(columns: readonly string[], room: number): string {
  if (columns.length <= room) return join(columns)
  const kept = columns.slice(0, Math.max(room - 1, 0))
  // Half a wide character cannot be shown.
  const isHalf = columns[kept.length] === ''
  return room > 0 ? `${join(isHalf ? kept.slice(0, -1) : kept)}…` : ''
}

function join(columns: readonly string[]): string {
  return columns.join('')
}

function width(text: string): number {
  return columnsOf(text).length
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u

const ZERO = /\p{Mn}|\p{Me}|\p{Cf}/u
