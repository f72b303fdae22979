import { spawnSync } from 'node:child_process'
import type { Command } from './command.js'

/** A command that failed, with the end of what it printed. */
export class CommandError extends Error {}

/** Options of {@link run}. */
export interface RunOptions {
  readonly cwd: string
  readonly input?: string
  readonly env?: Readonly<Record<string, string>>
}

/** Runs a command to its end and returns its standard output. */
export function run([program, ...args]: Command, { cwd, input = '', env = {} }: RunOptions): string {
  const { status, signal, error, stdout, stderr } = spawnSync(program, args, {
    cwd,
    input,
    encoding: 'utf8',
    env: { ...process.env, ...QUIET, ...env },
    timeout: TIME_LIMIT_MS,
    maxBuffer: 256 * 1024 * 1024,
  })
  if (status === 0) return stdout
  const why = error?.message ?? (signal === null ? `exit code ${status}` : `ended by ${signal}`)
  const printed = `${stdout}\n${stderr}`
    .trim()
    .split('\n')
    .slice(-SHOWN_LINES)
    .map((line) => line.slice(0, SHOWN_CHARACTERS))
    .join('\n')
  throw new CommandError(`${[program, ...args].join(' ')}\n${why}\n${printed}`)
}

/** No tool reports to its maker, asks for a newer version, or colours its output. */
const QUIET = {
  CI: 'true',
  NO_COLOR: '1',
  DO_NOT_TRACK: '1',
  PIP_DISABLE_PIP_VERSION_CHECK: '1',
  NPM_CONFIG_FUND: 'false',
  NPM_CONFIG_AUDIT: 'false',
  NPM_CONFIG_UPDATE_NOTIFIER: 'false',
  CARGO_TERM_COLOR: 'never',
  PYTHONDONTWRITEBYTECODE: '1',
  PYTHONUTF8: '1',
}

const TIME_LIMIT_MS = 10 * 60_000
const SHOWN_LINES = 30
const SHOWN_CHARACTERS = 400
