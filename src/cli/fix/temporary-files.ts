/** The temporary files of `--fix`. One that was killed leaves its own behind, which the next one removes. */

import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, rmSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { temporaryName, writerOf } from './temporary-name.js'

/** The path of a new temporary file in a folder. */
export function temporaryIn(folder: string): string {
  const name = temporaryName({ machine: machine(), process: process.pid }, randomBytes(4).toString('hex'))
  return join(folder, name)
}

/** Removes the temporary files in a folder that processes of this machine have left, if these have ended. */
export function removeLeftovers(folder: string): void {
  for (const name of namesIn(folder)) {
    const writer = writerOf(name)
    if (writer?.machine !== machine() || writer.process === process.pid || isRunning(writer.process)) continue
    try {
      rmSync(join(folder, name), { force: true })
    } catch {
      // Whoever may write the folder next removes it.
    }
  }
}

/** The folder may be shared with other machines and with containers, whose processes are not seen here. */
function machine(): string {
  return createHash('sha256').update(hostname()).digest('hex').slice(0, 8)
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** A process of another user is running too: it may not be signalled. */
function isRunning(id: number): boolean {
  try {
    process.kill(id, 0)
    return true
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH')
  }
}
