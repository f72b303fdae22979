/** Checks many files quickly, with several threads. */

import { availableParallelism } from 'node:os'
import type { FaultlessFile } from '../../../manifest/quick-check.js'
import type { CheckChoices } from '../check-choices.js'
import type { FileSetup } from '../file-setup.js'
import type { FoundFile } from '../find-files.js'
import { quickFile } from '../quick-files.js'
import { CHUNK, type ChunkAnswer, newClaims, type SharedTask, shared, taskOf } from './quick-task.js'
import { WorkerPool } from './worker-pool.js'

type Outcomes = ChunkAnswer['outcomes']

/** A file, and its quick check. */
export type QuickOutcome = readonly [FoundFile, FaultlessFile | undefined]

/** The quick check of each file, in order and in groups. With several threads, files are checked before they are asked for. */
export async function* quickOutcomes(
  files: readonly FoundFile[],
  setup: FileSetup,
  choices: CheckChoices,
): AsyncGenerator<readonly QuickOutcome[]> {
  const threads = choices.jobs ?? (files.length < WORTHWHILE ? 1 : Math.min(availableParallelism(), MOST_THREADS))
  if (threads < 2 || files.length < 2) {
    for (let start = 0; start < files.length; start += CHUNK) {
      yield files.slice(start, start + CHUNK).map((file) => [file, quickFile(file, setup)])
    }
    return
  }
  const sharing = { files: shared(files), claims: newClaims() }
  const task = taskOf(sharing.files, sharing.claims)
  const pool = await WorkerPool.start(Math.min(threads, task.chunks) - 1, { ...sharing, choices })
  try {
    for (let chunk = 0; chunk < task.chunks; chunk += 1) {
      const outcomes = await outcomesOf(chunk, task, pool, setup)
      const start = chunk * CHUNK
      yield files.slice(start, start + CHUNK).map((file, index) => [file, outcomes[index]])
      task.reported(chunk + 1)
    }
  } finally {
    pool.stop()
  }
}

/** For fewer files, starting a thread takes longer than it saves. */
const WORTHWHILE = 8000

/** With more threads, reading files and reporting them is what takes the time. */
const MOST_THREADS = 4

/** The outcomes of a chunk. Does other chunks until they are there. */
async function outcomesOf(chunk: number, task: SharedTask, pool: WorkerPool, setup: FileSetup): Promise<Outcomes> {
  for (;;) {
    const known = pool.take(chunk)
    if (known !== undefined) return known
    const claimed = task.claim(false)
    if (claimed !== undefined) pool.done({ chunk: claimed, outcomes: quickly(claimed, task, setup) })
    else if (pool.isBroken) return quickly(chunk, task, setup)
    else await pool.news()
  }
}

function quickly(chunk: number, task: SharedTask, setup: FileSetup): Outcomes {
  return task.filesOf(chunk).map((file) => quickFile(file, setup))
}
