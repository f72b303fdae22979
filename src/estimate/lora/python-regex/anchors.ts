import { classOf, type Flags } from './characters.js'

/** `^`: the start of the text, with the flag `m` of each line. */
export function lineStart({ m }: Flags): string {
  return m ? '(?<![^\\n])' : START
}

/** `$`: the end of the text or before a final line end, with the flag `m` of each line. */
export function lineEnd({ m }: Flags): string {
  return m ? `(?=\\n|${END})` : `(?=\\n?${END})`
}

/** The place that an escaped letter means: `\A`, `\Z`, `\b` or `\B`. Undefined for any other letter. */
export function anchorOf(letter: string, flags: Flags): string | undefined {
  if (letter === 'A') return START
  if (letter === 'Z') return END
  if (letter !== 'b' && letter !== 'B') return undefined
  const word = `[${classOf('w', flags)}]`
  if (letter === 'b') return `(?:(?<=${word})(?!${word})|(?<!${word})(?=${word}))`
  // In Python 3.11, `\B` does not match an empty text.
  return `(?!${START}${END})(?:(?<=${word})(?=${word})|(?<!${word})(?!${word}))`
}

const START = '(?<![^])'
const END = '(?![^])'
