import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { CheckpointError } from '../architecture/index.js'
import { checkCommand } from './check.js'
import { estimateCommand } from './estimate.js'
import { EXIT, type ExitCode, UsageError } from './exit-code.js'
import { inspectCommand } from './inspect.js'
import { schemaCommand } from './schema.js'
import { validateCommand } from './validate.js'

/**
 * Runs the command with its arguments, and answers its exit code. Whatever goes wrong ends in one line on standard error,
 * never in a stack trace.
 */
export async function run(args: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok
  const report = (result: ExitCode): void => {
    code = result
  }
  ignoreClosedPipe()
  const program = new Command('model-entity')
    .description('Checks model entities of an ML platform, and tells what a checkpoint is.')
    .version(version())
    .addHelpText('after', HELP)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'model-entity: ')) })
  for (const command of [
    checkCommand(report),
    validateCommand(report),
    inspectCommand(report),
    estimateCommand(report),
    schemaCommand(report),
  ]) {
    program.addCommand(command.copyInheritedSettings(program))
  }
  try {
    if (args.length === 0) {
      program.outputHelp({ error: true })
      return EXIT.misuse
    }
    await program.parseAsync([...args], { from: 'user' })
    return code
  } catch (error) {
    return failure(error)
  }
}

const HELP = `
Examples:
  model-entity check models/                     check every manifest in a folder
  model-entity check 'models/**/*.yaml' --format json
  model-entity validate --model ModelEntity -    answer as the service does
  model-entity inspect hf:Qwen/Qwen3-8B          tell a checkpoint's spec
  model-entity estimate config.json --method lora  tell the memory of a training run

Exit codes: 0 nothing is wrong, 1 something is, 2 the command was misused.`

function failure(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.misuse
  if (error instanceof UsageError) {
    process.stderr.write(`model-entity: ${error.message}\n`)
    return EXIT.misuse
  }
  if (error instanceof CheckpointError) {
    const help = error.help === undefined ? '' : `\n  help: ${error.help}`
    process.stderr.write(`model-entity: ${error.message} (${error.code})${help}\n`)
    return EXIT.failed
  }
  process.stderr.write(`model-entity: ${error instanceof Error ? error.message : String(error)}\n`)
  return EXIT.internal
}

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  return String(version)
}

/** A reader that has seen enough, such as `head`, closes the pipe: no reason to complain. */
function ignoreClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(EXIT.ok)
  })
}
