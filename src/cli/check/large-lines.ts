/** Checks a large file of JSON Lines in pieces. */

import { closeSync, openSync, readSync } from 'node:fs'
import type { CheckedSource } from '../../manifest/check-source.js'
import type { CheckAcross } from '../../manifest/checked-entity.js'
import type { Pieces } from '../../manifest/json-lines/line-batches.js'
import { quickLines } from '../../manifest/json-lines/quick-lines.js'
import type { SourceCheck } from '../../manifest/source-check.js'
import type { AcrossCheck } from '../../policy/across/check-across.js'
import { unreadable } from './file-contents.js'
import { faultless } from './file-problem.js'

/**
 * Checks a file of JSON Lines of any length. Most have nothing to report, and are read once; the others again, and then in
 * full.
 *
 * @param known - the entities that rules across files have seen
 */
export async function checkLargeLines(
  path: string,
  check: SourceCheck & { readonly across: CheckAcross },
  known: AcrossCheck,
  isComplete: boolean,
): Promise<CheckedSource> {
  const before = known.size
  try {
    const quick = quickLines(piecesOf(path), check, check.across)
    if (quick !== undefined) return faultless(quick)
    known.forgetBeyond(before)
    const { acrossRules, checkLines, minimumGpus } = await loadFullCheck()
    return checkLines(piecesOf(path), { ...check, minimumGpus, acrossRules: acrossRules(isComplete) })
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error
    return unreadable(check.file ?? path, error.message)
  }
}

async function loadFullCheck() {
  const { acrossRules, checkLines } = await import('./full-check.js')
  const { minimumGpus } = await import('../../estimate/index.js')
  return { acrossRules, checkLines, minimumGpus }
}

/** How much is read at once. */
const PIECE = 256 * 1024

/** Reads a file in pieces. Each overwrites the one before. */
function piecesOf(path: string): Pieces {
  return function* () {
    const file = openSync(path, 'r')
    try {
      const buffer = Buffer.allocUnsafeSlow(PIECE)
      for (let count = readSync(file, buffer); count > 0; count = readSync(file, buffer)) {
        yield buffer.subarray(0, count)
      }
    } finally {
      closeSync(file)
    }
  }
}
