import { Command, CommanderError } from 'commander'
import { maskText } from '../display/index.js'
import { checkCommand } from './commands/check.js'
import { EXIT, type ExitCode, UsageError } from './exit-code.js'
import { printable } from './formats/printable.js'
import { version } from './version.js'

/**
 * Runs the command with its arguments and returns its exit code. An error is printed as one line on standard error,
 * without a stack trace.
 */
export async function run(args: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok
  const report = (result: ExitCode): void => {
    code = result
  }
  watchOutput()
  try {
    const program = await programFor(args, report)
    if (args.length === 0) {
      program.outputHelp({ error: true })
      return EXIT.misuse
    }
    await program.parseAsync(withBareOptions(args), { from: 'user' })
    return code
  } catch (error) {
    return await failure(error)
  }
}

/** `--changed` takes its value behind `=` only: without one, what follows is a file. */
function withBareOptions(args: readonly string[]): string[] {
  const end = args.indexOf('--')
  return args.map((arg, index) => (arg === '--changed' && (end < 0 || index < end) ? '--changed=' : arg))
}

type MakeCommand = (report: (code: ExitCode) => void) => Command

/** The other commands are loaded only when they are used: `check` does not have to load the code that reads checkpoints. */
const COMMANDS: Readonly<Record<string, () => Promise<MakeCommand>>> = {
  check: async () => checkCommand,
  validate: async () => (await import('./commands/validate.js')).validateCommand,
  inspect: async () => (await import('./commands/inspect.js')).inspectCommand,
  estimate: async () => (await import('./commands/estimate.js')).estimateCommand,
  serving: async () => (await import('./commands/serving.js')).servingCommand,
  explain: async () => (await import('./commands/explain.js')).explainCommand,
  graph: async () => (await import('./commands/graph.js')).graphCommand,
  lsp: async () => (await import('./commands/lsp.js')).lspCommand,
  schema: async () => (await import('./commands/schema.js')).schemaCommand,
  completion: async () => (await import('./commands/completion.js')).completionCommand(wholeProgram),
}

/** The program with all its commands, to describe it. */
export function wholeProgram(): Promise<Command> {
  return programFor([], () => undefined)
}

/** The program with the named command only, or with all commands when help or suggestions need them. */
async function programFor([name = '']: readonly string[], report: (code: ExitCode) => void): Promise<Command> {
  const program = new Command('model-entity')
    .description('Check model manifests of an ML platform, inspect checkpoints and estimate GPU memory.')
    .version(version())
    .addHelpText('after', HELP)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(`${oneLine(text.replace(/^error: /, ''))}\n`) })
  const named = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  const loads = named ? [named] : VERSION_FLAGS.has(name) ? [] : Object.values(COMMANDS)
  for (const load of loads) {
    const makeCommand = await load()
    program.addCommand(makeCommand(report).copyInheritedSettings(program))
  }
  return program
}

/** The version needs no command: loading all of them takes longer than everything else. */
const VERSION_FLAGS: ReadonlySet<string> = new Set(['-V', '--version'])

const HELP = `
Examples:
  model-entity check models/                     check every manifest in a folder
  model-entity check 'models/**/*.yaml' --format json
  model-entity validate --model ModelEntity -    print the service's response to a body
  model-entity inspect hf:Qwen/Qwen3-8B          print a checkpoint's spec
  model-entity estimate config.json --method lora  estimate the GPU memory of a training run

Exit codes: 0 no errors, 1 errors, 2 wrong usage.`

async function failure(error: unknown): Promise<ExitCode> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.misuse
  const { CheckpointError } = await import('../architecture/index.js')
  if (error instanceof CheckpointError) {
    const { checkpointHelp } = await import('./checkpoint-help.js')
    const advice = checkpointHelp(error)
    const help = advice === undefined ? '' : `\n  help: ${printable(advice)}`
    process.stderr.write(`${oneLine(`${error.message} (${error.code})`)}${help}\n`)
    return EXIT.failed
  }
  process.stderr.write(`${oneLine(error instanceof Error ? error.message : String(error))}\n`)
  return error instanceof UsageError ? EXIT.misuse : EXIT.internal
}

/** Prints an error on one line, even if it quotes a name with a line break. */
function oneLine(message: string): string {
  return `model-entity: ${printable(maskText(message.trim().replaceAll('\n', ' ')))}`
}

/** A reader such as `head` may close the pipe early: the exit code stays as it is. A full disk is an internal failure. */
function watchOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return
    process.stderr.write(`${oneLine(`the output cannot be written: ${error.message}`)}\n`)
    process.exit(EXIT.internal)
  })
}
