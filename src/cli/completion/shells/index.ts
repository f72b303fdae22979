import type { ProgramWords } from '../program-words.js'
import { bashScript } from './bash.js'
import { fishScript } from './fish.js'
import { zshScript } from './zsh.js'

/** A shell that can complete the command. */
export type Shell = 'bash' | 'zsh' | 'fish'

/** The script of each shell. */
export const SHELLS: Readonly<Record<Shell, (words: ProgramWords) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
}
