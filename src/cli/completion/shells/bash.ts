import type { Offer } from '../offers.js'
import type { CommandWords, OptionWords, ProgramWords } from '../program-words.js'
import { flagsOf, quoted } from './shell-text.js'

/** A completion script for bash 3.2 and later. It needs no other package. */
export function bashScript({ name, options, commands }: ProgramWords): string {
  const fn = `_${name.replaceAll('-', '_')}`
  const commandNames = commands.map((command) => command.name)
  return `# bash completion for ${name}

${fn}_words() { COMPREPLY=($(compgen -W "$1" -- "$cur")); }
# Words before a file, such as sarif=report.sarif.
${fn}_prefixes() { compopt -o nospace 2>/dev/null; ${fn}_words "$1"; }
${fn}_files() { local IFS=$'\\n'; compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")); }
${fn}_folders() { local IFS=$'\\n'; compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$cur")); }

${fn}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command='' equals=0 at
  COMPREPLY=()
  for ((at = 1; at < COMP_CWORD; at++)); do
    if [[ -z $command && \${COMP_WORDS[at]} != -* ]]; then command=\${COMP_WORDS[at]}; fi
  done
  # Bash takes --option=value for three words, and --output sarif=file for four.
  if [[ $cur == = ]]; then
    equals=$COMP_CWORD cur=''
  elif [[ $prev == = ]]; then
    equals=$((COMP_CWORD - 1))
  fi
  if ((equals > 1)); then
    prev=\${COMP_WORDS[equals-1]}
    if [[ $prev != -* ]]; then
      at=$((equals - 2))
      if [[ \${COMP_WORDS[at]} == = ]]; then at=$((at - 1)); fi
      prev=\${COMP_WORDS[at]}=
    fi
  fi
  case $command in
    '')
      if [[ $cur == -* ]]; then ${fn}_words ${list(flagsOf(options))}; else ${fn}_words ${list(commandNames)}; fi
      ;;
${commands.map((command) => commandCase(command, fn)).join('')}  esac
}

complete -F ${fn} ${name}
`
}

function commandCase({ name, options, arguments: [argument] }: CommandWords, fn: string): string {
  return `    ${name})
      if [[ $cur == -* ]]; then ${fn}_words ${list(flagsOf(options))}; return; fi
      case $prev in
${options.map((option) => valueCases(option, fn)).join('')}      esac
      ${argument === undefined ? ':' : completing(argument.offer, fn)}
      ;;
`
}

/** What to complete behind an option. */
function valueCases({ flags, value }: OptionWords, fn: string): string {
  if (value === undefined) return ''
  const after = `        ${flags.join(' | ')}) ${completing(value.offer, fn)}; return ;;\n`
  if (value.offer.kind !== 'prefixes') return after
  const ends = flags.map((flag) => `${flag}=`).join(' | ')
  return `${after}        ${ends}) ${completing({ kind: value.offer.behind }, fn)}; return ;;\n`
}

function completing(offer: Offer, fn: string): string {
  switch (offer.kind) {
    case 'words':
    case 'prefixes':
      return `${fn}_${offer.kind} ${list(offer.words)}`
    case 'nothing':
      return ':'
    default:
      return `${fn}_${offer.kind}`
  }
}

/** No word of the command contains a blank. */
function list(words: readonly string[]): string {
  return quoted(words.join(' '))
}
