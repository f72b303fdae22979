/** Has a process try the mutants, and starts another one for those that are left when a mutant has ended it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { JOB_FOLDER, note, notesOf } from './job.js'

const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url))

export async function tryAll(folder: string): Promise<void> {
  for (;;) {
    const before = notesOf(folder).length
    await run(folder)
    const notes = notesOf(folder)
    const last = notes.at(-1)
    if (last !== undefined && 'done' in last) return
    for (const line of notes) if ('broken' in line) throw new Error(line.broken)
    if (last !== undefined && 'begun' in last) note(folder, { id: last.begun, fate: 'crashed' })
    else if (notes.length === before) throw new Error(`the tests do not start: ${logOf(folder)}`)
  }
}

async function run(folder: string): Promise<void> {
  const child = spawn(process.execPath, [vitest, 'run', '--config', 'vitest.mutate.config.ts'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { NODE_NO_WARNINGS: '1', FC_RUNS: '50', ...process.env, [JOB_FOLDER]: folder },
  })
  const log = createWriteStream(join(folder, 'log.txt'))
  child.stdout.pipe(log)
  child.stderr.pipe(log)
  await once(child, 'exit')
}

function logOf(folder: string): string {
  return readFileSync(join(folder, 'log.txt'), 'utf8').slice(-2_000)
}
