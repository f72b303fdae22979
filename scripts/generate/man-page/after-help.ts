import type { Command } from 'commander'
import { bold, prose, roff } from './roff.js'

/**
 * What `--help` prints below the options, as requests of man(7): prose, lists such as exit codes, and examples.
 *
 * @param heading - the request in front of a heading
 */
export function afterHelp(command: Command, heading: '.SH' | '.PP'): string[] {
  let text = ''
  const write = (piece: string) => {
    text += piece
  }
  // Commander has no function for this text, only the event that prints it, which its types do not show.
  const emit: (name: string, context: object) => void = Reflect.get(command, 'emit')
  emit.call(command, 'afterHelp', { error: false, command, write })
  return text
    .trim()
    .split(/\n\n+/)
    .filter((block) => block !== '')
    .flatMap((block) => blockOf(block, heading))
}

function blockOf(block: string, heading: '.SH' | '.PP'): string[] {
  const [first = '', ...rest] = block.split('\n')
  const [, title, sentence] = /^([A-Z][\w ]*): ?(.*)$/.exec(first) ?? []
  if (title === undefined) return ['.PP', prose(block)]
  const body = rest.length === 0 ? [prose(capital(sentence ?? ''))] : rest.flatMap(rowOf)
  return heading === '.SH' ? [`.SH ${title.toUpperCase()}`, ...body] : ['.PP', bold(`${title}:`), ...body]
}

/** A row of a list: its words, and what is said about them in a second column. */
function rowOf(line: string): string[] {
  const [words = '', text] = line.trim().split(/ {2,}/)
  return text === undefined ? ['.RS 4', '.nf', roff(words), '.fi', '.RE'] : ['.TP', bold(words), prose(text)]
}

function capital(sentence: string): string {
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`
}
