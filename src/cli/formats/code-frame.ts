import type { Diagnostic } from '../../manifest/index.js'

/** The widest part of a line that is shown, in columns of a terminal. */
const WIDTH = 100

/**
 * The line that a diagnostic points at, and a caret under each column of the token. Of a long line the part around the
 * token is shown; tabs become two blanks, and characters that take two columns have two carets.
 */
export function codeFrame(
  line: string,
  { line: number, column, endLine, endColumn }: Pick<Diagnostic, 'line' | 'column' | 'endLine' | 'endColumn'>,
): string[] {
  const start = Math.min(column - 1, line.length)
  const end =
    endLine > number ? line.length : Math.min(Math.max(endColumn - 1, start + 1), Math.max(line.length, start + 1))
  const from = start < WIDTH - 20 ? 0 : start - 20
  const to = Math.min(line.length, from + WIDTH)
  const before = shown(line.slice(from, start))
  const token = shown(line.slice(start, Math.min(end, to)))
  const after = shown(line.slice(Math.min(end, to), to))
  const [cutBefore, cutAfter] = [from > 0 ? '…' : '', to < line.length ? '…' : '']
  const gutter = ` ${number} | `
  const blank = `${' '.repeat(gutter.length - 2)}| `
  const indent = ' '.repeat(columns(cutBefore + before))
  return [
    `${gutter}${cutBefore}${before}${token}${after}${cutAfter}`,
    `${blank}${indent}${'^'.repeat(Math.max(columns(token), 1))}`,
  ]
}

function shown(text: string): string {
  return text.replaceAll('\t', '  ').replace(/\p{Cc}/gu, '\ufffd')
}

/** How many columns a terminal gives a text: two for East Asian wide characters and pictures, none for marks. */
function columns(text: string): number {
  let count = 0
  for (const character of text) count += WIDE.test(character) ? 2 : ZERO.test(character) ? 0 : 1
  return count
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u

const ZERO = /\p{Mn}|\p{Me}|\p{Cf}/u
