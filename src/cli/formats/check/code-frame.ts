import type { Excerpt } from '../../../manifest/index.js'
import { printable } from '../printable.js'

/**
 * The line that a diagnostic points at, with a caret under each column of the token. A tab is printed as two spaces, a
 * terminal control character as an escape, and a character two columns wide gets two carets. An empty line prints nothing.
 */
export function codeFrame(line: number, excerpt: Excerpt): string[] {
  const [before, token, after] = [shown(excerpt.before), shown(excerpt.token), shown(excerpt.after)]
  if (before + token + after === '') return []
  const [cutBefore, cutAfter] = [excerpt.isCutBefore ? '…' : '', excerpt.isCutAfter ? '…' : '']
  const gutter = ` ${line} | `
  const blank = `${' '.repeat(gutter.length - 2)}| `
  const indent = ' '.repeat(columns(cutBefore + before))
  return [
    `${gutter}${cutBefore}${before}${token}${after}${cutAfter}`,
    `${blank}${indent}${'^'.repeat(Math.max(columns(token), 1))}`,
  ]
}

function shown(text: string): string {
  return printable(text.replaceAll('\t', '  '))
}

/** The width of a text in terminal columns: two for wide East Asian characters and emoji, none for combining marks. */
function columns(text: string): number {
  let count = 0
  for (const character of text) count += WIDE.test(character) ? 2 : ZERO.test(character) ? 0 : 1
  return count
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u

const ZERO = /\p{Mn}|\p{Me}|\p{Cf}/u
