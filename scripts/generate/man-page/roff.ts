/** Text of a manual page in the macros of man(7), as both groff and mandoc read them. */

/** Escapes a text: nothing in it is a request, and every hyphen can be searched and copied. */
export function roff(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/[^\x20-\x7e]/gu, (character) => `\\[u${codeOf(character)}]`)
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped
}

function codeOf(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
}

/** A text as lines of at most 80 bytes, which a formatter joins again. */
export function prose(text: string): string {
  const rows: string[] = []
  let row = ''
  for (const word of text.split(/\s+/)) {
    const longer = row === '' ? word : `${row} ${word}`
    if (roff(longer).length > LONGEST && row !== '') {
      rows.push(row)
      row = word
    } else row = longer
  }
  return [...rows, row].map(roff).join('\n')
}

const LONGEST = 80

/** A text in bold: what is typed as it is. */
export function bold(text: string): string {
  return `\\fB${roff(text)}\\fR`
}

/** A text in italics: what a user replaces. */
export function italic(text: string): string {
  return `\\fI${roff(text)}\\fR`
}

/** The lines of a page, without empty ones. */
export function lines(...all: readonly string[]): string {
  return `${all.filter((line) => line !== '').join('\n')}\n`
}
