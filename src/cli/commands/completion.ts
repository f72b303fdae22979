import { Argument, Command } from 'commander'
import { programWords } from '../completion/program-words.js'
import { SHELLS, type Shell } from '../completion/shells/index.js'
import { EXIT, type ExitCode } from '../exit-code.js'
import { flush, write } from '../output.js'

/**
 * `model-entity completion`: prints a script with which a shell completes subcommands, options and their values.
 *
 * @param program - makes the whole program, whose definitions the script is made of
 */
export function completionCommand(program: () => Promise<Command>) {
  return (report: (code: ExitCode) => void): Command =>
    new Command('completion')
      .description('print a completion script for bash, zsh or fish')
      .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(SHELLS)))
      .addHelpText('after', HELP)
      .action(async (shell: Shell) => report(await print(shell, await program())))
}

const HELP = `
Examples:
  source <(model-entity completion bash)     in ~/.bashrc
  source <(model-entity completion zsh)      in ~/.zshrc, after compinit
  model-entity completion fish > ~/.config/fish/completions/model-entity.fish`

async function print(shell: Shell, program: Command): Promise<ExitCode> {
  await write(SHELLS[shell](programWords(program)))
  await flush()
  return EXIT.ok
}
