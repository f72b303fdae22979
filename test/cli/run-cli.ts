import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type CliRun, WarmCommand } from './warm-command.js'

const CLI = new URL('../../dist/cli.js', import.meta.url)

interface Surroundings {
  readonly cwd?: string
  readonly input?: string | Uint8Array
  readonly columns?: number
  /** Variables of the environment beside those of this process. */
  readonly variables?: Readonly<Record<string, string>>
}

const warm = new WarmCommand(CLI)

/**
 * Runs the built command, without colours. Most of the time of a start is loading the command's code, so it runs in a thread that
 * keeps the code loaded. `run-cli.test.ts` shows that this changes no answer.
 */
export function runCli(args: readonly string[], { cwd, input = '', ...around }: Surroundings = {}): CliRun {
  return warm.run({ args, input, env: environment(around) }, cwd)
}

/** Starts the built command in a process of its own, without colours: for tests in which the process matters. */
export function startCli(args: readonly string[], { cwd, input, ...around }: Surroundings = {}): CliRun {
  const { status, stdout, stderr } = spawnSync(process.execPath, [fileURLToPath(CLI), ...args], {
    ...(cwd !== undefined && { cwd }),
    ...(input !== undefined && { input }),
    env: environment(around),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  return { code: status, stdout, stderr }
}

function environment({ columns, variables = {} }: Surroundings): NodeJS.ProcessEnv {
  const width = columns === undefined ? {} : { COLUMNS: String(columns) }
  const { FORCE_COLOR: _colours, NODE_OPTIONS: _options, ...env } = process.env
  return { ...env, NO_COLOR: '1', ...width, ...variables }
}
