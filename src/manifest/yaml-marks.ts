/** A text with byte order marks removed, and their offsets in order. */
export interface Unmarked {
  readonly rest: string
  readonly marks: readonly number[]
}

/**
 * Removes the byte order marks before later documents. YAML 1.2.2, section 5.2, allows one before each document, but the
 * lexer of `yaml` only before the first and after `...`. Such a mark starts a line, and only comments, blank lines and more
 * marks follow it up to `---`.
 */
export function withoutLaterMarks(text: string): Unmarked {
  const marks: number[] = []
  if (text.indexOf(MARK, 1) < 0) return { rest: text, marks }
  let isBeforeDocument = false
  for (let end = text.length; end > 0; ) {
    const start = text.lastIndexOf('\n', end - 1) + 1
    const isMarked = start > 0 && text[start] === MARK
    const line = text.slice(isMarked ? start + 1 : start, end)
    if (/^---(?:\s|$)/.test(line)) isBeforeDocument = true
    else if (!/^[ \t\r]*(?:#|$)/.test(line)) isBeforeDocument = false
    if (isMarked && isBeforeDocument) marks.push(start)
    end = start - 1
  }
  marks.reverse()
  let rest = ''
  let from = 0
  for (const mark of marks) {
    rest += text.slice(from, mark)
    from = mark + 1
  }
  return { rest: rest + text.slice(from), marks }
}

const MARK = '\ufeff'
