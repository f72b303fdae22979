import { printable } from '../printable.js'

/** Notes as a list after a table; nothing if there are none. */
export function markdownNotes(notes: Iterable<string>): string {
  const lines = [...notes].map((note) => `- ${printable(note)}`)
  return lines.length === 0 ? '' : `\n${lines.join('\n')}\n`
}
