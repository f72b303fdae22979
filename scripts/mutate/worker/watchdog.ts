/** Ends the process when a mutant makes it run for ever, which the thread that runs it cannot tell any more. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { note, notesOf } from '../job.js'

/** How much time of the processor one test may take: the slowest takes a few seconds. A busy machine does not count. */
const LONGEST_S = 40

export function watch(folder: string): void {
  let beat = 0
  let cpu = 0
  setInterval(() => {
    const last = statSync(join(folder, 'notes.jsonl')).mtimeMs
    const { user, system } = process.cpuUsage()
    const used = (user + system) / 1e6
    if (last !== beat) [beat, cpu] = [last, used]
    if (used - cpu < LONGEST_S) return
    const begun = notesOf(folder).at(-1)
    if (begun !== undefined && 'begun' in begun) note(folder, { id: begun.begun, fate: 'hung' })
    process.kill(process.pid, 'SIGKILL')
  }, 1000).unref()
}
