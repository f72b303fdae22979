import type { Offer } from '../offers.js'
import type { ArgumentWords, CommandWords, OptionWords, ProgramWords } from '../program-words.js'
import { quoted, shortText, wordsOf } from './shell-text.js'

/** A completion script for zsh: a file `_NAME` in `$fpath`, or text to `source`. */
export function zshScript({ name, options, commands }: ProgramWords): string {
  const fn = `_${name}`
  const described = commands.map((command) => quoted(`${command.name}:${shortText(command.description)}`))
  return `#compdef ${name}
# zsh completion for ${name}

# Words before a file, such as sarif=report.sarif.
${fn}_prefixes() {
  local rest=$1; shift
  if compset -P '*='; then [[ $rest == files ]] && _files; else compadd -S '' -- "$@"; fi
}

${fn}() {
  local curcontext="$curcontext" context state line
  typeset -A opt_args
  local -a commands=(
    ${described.join('\n    ')}
  )
  _arguments -C ${options.map((option) => optionSpec(option, fn)).join(' ')} '1:command:->command' '*::argument:->argument'
  case $state in
    command) _describe -t commands command commands ;;
    argument)
      case $words[1] in
${commands.map((command) => commandCase(command, fn)).join('')}      esac
      ;;
  esac
}

if [[ $funcstack[1] == ${fn} ]]; then ${fn} "$@"; else compdef ${fn} ${name}; fi
`
}

function commandCase({ name, options, arguments: given }: CommandWords, fn: string): string {
  const specs = [
    ...options.map((option) => optionSpec(option, fn)),
    ...given.map((argument) => argumentSpec(argument, fn)),
  ]
  return `        ${name})
          _arguments -S \\
            ${specs.join(' \\\n            ')}
          ;;
`
}

/** Like `'--format=[output format]:format:(pretty json)'`; `*` in front, because each option may be repeated. */
function optionSpec({ flags, description, value }: OptionWords, fn: string): string {
  const text = `[${escaped(shortText(description))}]`
  const action = value && `${value.isOptional ? '::' : ':'}${escaped(value.name)}:${actionOf(value.offer, fn)}`
  return flags.map((flag) => quoted(`*${flag}${value === undefined ? '' : '='}${text}${action ?? ''}`)).join(' ')
}

function argumentSpec({ name, repeats, offer }: ArgumentWords, fn: string): string {
  return quoted(`${repeats ? '*' : '1'}:${escaped(name)}:${actionOf(offer, fn)}`)
}

function actionOf(offer: Offer, fn: string): string {
  switch (offer.kind) {
    case 'words':
      return `(${wordsOf(offer).map(escaped).join(' ')})`
    case 'prefixes':
      return ` ${fn}_prefixes ${offer.behind} ${wordsOf(offer).map(escaped).join(' ')}`
    case 'files':
      return '_files'
    case 'folders':
      return '_files -/'
    case 'nothing':
      return ' '
  }
}

/** Characters with a meaning in a specification. */
function escaped(text: string): string {
  return text.replace(/[[\]:\\]/g, '\\$&')
}
