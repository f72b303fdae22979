import type { Offer } from '../offers.js'
import type { CommandWords, OptionWords, ProgramWords } from '../program-words.js'
import { shortText, wordsOf } from './shell-text.js'

/** A completion script for fish 3 and later. */
export function fishScript({ name, options, commands }: ProgramWords): string {
  const fn = `__${name.replaceAll('-', '_')}_is`
  const complete = `complete -c ${name}`
  const rows = [
    `${complete} -f`,
    ...commands.map(({ name, description }) => {
      return `${complete} -n "${fn} ''" -a ${name} -d ${quoted(shortText(description))}`
    }),
    ...options.map((option) => `${complete} -n "${fn} ''" ${optionOf(option)}`),
    ...commands.flatMap((command) => rowsOf(command, `${complete} -n '${fn} ${command.name}'`)),
  ]
  return `# fish completion for ${name}

# Whether a word is the subcommand on the line.
function ${fn}
    for word in (commandline -opc)[2..-1]
        string match -q -- '-*' $word; and continue
        test $word = $argv[1]
        return
    end
    test -z $argv[1]
end

# The files behind words such as sarif=.
function ${FILES_AFTER}
    set -l value (string replace -r -- '^--[^=]*=' '' (commandline -ct))
    set -l before (string match -r -- '^[^=]*=' $value); or return
    for path in (__fish_complete_path (string replace -- $before '' $value))
        echo $before$path
    end
end

${rows.join('\n')}
`
}

const FILES_AFTER = '__model_entity_files_after'

function rowsOf({ options, arguments: [argument] }: CommandWords, complete: string): string[] {
  const rows = options.map((option) => `${complete} ${optionOf(option)}`)
  if (argument !== undefined && argument.offer.kind !== 'nothing') rows.push(`${complete} ${offering(argument.offer)}`)
  return rows
}

function optionOf({ flags, description, value }: OptionWords): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`))
  const takes =
    value === undefined ? [] : [value.isOptional ? '' : '-r', offering(value.offer)].filter((one) => one !== '')
  return [...names, ...takes, `-d ${quoted(shortText(description))}`].join(' ')
}

function offering(offer: Offer): string {
  switch (offer.kind) {
    case 'words':
      return `-f -a ${quoted(wordsOf(offer).join(' '))}`
    case 'prefixes':
      return `-f -a ${quoted([...offer.words, ...(offer.behind === 'files' ? [`(${FILES_AFTER})`] : [])].join(' '))}`
    case 'files':
      return '-F'
    case 'folders':
      return "-f -a '(__fish_complete_directories)'"
    case 'nothing':
      return '-f'
  }
}

/** In single quotes, fish knows two escapes. */
function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`
}
