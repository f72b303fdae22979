import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

/** What a run of the built command printed, and how it ended. */
export interface CliRun {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the built command, without colours. */
export function runCli(
  args: readonly string[],
  {
    columns,
    variables = {},
    ...options
  }: {
    readonly cwd?: string
    readonly input?: string | Uint8Array
    readonly columns?: number
    /** Variables of the environment beside those of this process. */
    readonly variables?: Readonly<Record<string, string>>
  } = {},
): CliRun {
  const width = columns === undefined ? {} : { COLUMNS: String(columns) }
  const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, NODE_OPTIONS: undefined, ...width, ...variables }
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], {
    ...options,
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  return { code: status, stdout, stderr }
}
