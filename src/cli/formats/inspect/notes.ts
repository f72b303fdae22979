import type { Paint } from '../../paint.js'
import { printable } from '../printable.js'

/** Notes wider than this are wrapped. */
const WIDTH = 100

/** Notes as a list of sentences. */
export function notesText(notes: readonly string[], paint: Paint): string[] {
  if (notes.length === 0) return []
  const rows = [...new Set(notes)].map((note) => `  - ${wrapped(sentence(printable(note)), '    ')}`)
  return [`${paint('bold', 'Notes')}\n${rows.join('\n')}`]
}

/** A note with a capital and a full stop. A name of a field or a file at its start stays as it is. */
function sentence(note: string): string {
  const [first = ''] = note.split(' ', 1)
  const isName = /[^a-z]/.test(first.replace(/[:,]$/, ''))
  const start = isName ? note : note.charAt(0).toUpperCase() + note.slice(1)
  return /[.!?…)"'`]$/.test(start) ? start : `${start}.`
}

function wrapped(text: string, indent: string): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > WIDTH) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].join(`\n${indent}`)
}
