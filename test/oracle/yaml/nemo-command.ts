import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** What `nemo models create NAME --input-file FILE` did: its exit code, and what it said. */
export interface CommandAnswer {
  readonly code: number
  readonly said: string
}

/** A manifest, and the name to create it under. */
export interface CommandInput {
  readonly file: string
  readonly name: string
}

const DRIVER = fileURLToPath(new URL('nemo_create.py', import.meta.url))

/**
 * Runs the command for each manifest. Its start takes seconds, so that a few processes run it for many manifests each, through
 * the entry point of the `nemo` program.
 *
 * @param env - the environment of the command: it names the platform
 */
export async function runCommand(
  python: string,
  inputs: readonly CommandInput[],
  env: NodeJS.ProcessEnv,
): Promise<CommandAnswer[]> {
  const shares = Array.from({ length: PROCESSES }, (_, at) => inputs.filter((_, index) => index % PROCESSES === at))
  const answers = await Promise.all(shares.map((share) => answersOf(python, share, env)))
  return inputs.map((_, index) => answers[index % PROCESSES]?.[Math.floor(index / PROCESSES)] ?? NONE)
}

const PROCESSES = 2
const NONE: CommandAnswer = { code: -1, said: 'the command has ended early' }

async function answersOf(
  python: string,
  inputs: readonly CommandInput[],
  env: NodeJS.ProcessEnv,
): Promise<CommandAnswer[]> {
  const child = spawn(python, [DRIVER], { env, stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(inputs.map(({ file, name }) => `${JSON.stringify([file, name])}\n`).join(''))
  let output = ''
  for await (const piece of child.stdout.setEncoding('utf8')) output += String(piece)
  const lines = output.split('\n').filter((line) => line !== '')
  return lines.map((line) => {
    const [code, said]: [number, string] = JSON.parse(line)
    return { code, said }
  })
}
