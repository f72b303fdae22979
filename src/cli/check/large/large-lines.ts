/** Checks a large file of JSON Lines in pieces. */

import type { CheckedSource } from '../../../manifest/check-source.js'
import type { CheckAcross, CheckedEntity } from '../../../manifest/checked-entity.js'
import type { Pieces } from '../../../manifest/json-lines/line-batches.js'
import { quickLines } from '../../../manifest/json-lines/quick-lines.js'
import type { SourceCheck } from '../../../manifest/source-check.js'
import type { AcrossCheck } from '../../../policy/across/check-across.js'
import { faultless } from '../file-problem.js'
import { hashOf, RepeatedNames } from './repeated-names.js'

/** How the entities of other files count. */
export interface LinesAmongFiles {
  /** The entities that rules across files have seen. */
  readonly known: AcrossCheck
  /** Whether references across files are checked. */
  readonly isComplete: boolean
  /** Whether no file follows, so that the names in this one need not be kept. */
  readonly isLast: boolean
}

/**
 * Checks JSON Lines of any length. Most have nothing to report, and are read once; the others again, and then in full.
 *
 * @throws an error of the system if the file cannot be read
 */
export async function checkLargeLines(
  pieces: Pieces,
  check: SourceCheck & { readonly across: CheckAcross },
  among: LinesAmongFiles,
): Promise<CheckedSource> {
  if (among.isLast && !among.isComplete) return await checkLastLines(pieces, check, among.known)
  const before = among.known.size
  const quick = quickLines(pieces, check, check.across)
  if (quick !== undefined) return faultless(quick)
  among.known.forgetBeyond(before)
  return await inFull(pieces, check, among.isComplete)
}

/** Names are told apart by their hashes. Only those that may occur twice are kept. */
async function checkLastLines(
  pieces: Pieces,
  check: SourceCheck & { readonly across: CheckAcross },
  known: AcrossCheck,
): Promise<CheckedSource> {
  const names = new RepeatedNames()
  const quick = quickLines(pieces, check, (entity) => {
    const identity = known.identityOf(entity)
    if (identity === undefined) return []
    names.add(identity)
    return known.knows(identity) ? check.across(entity) : []
  })
  let repeated = quick && names.repeated()
  if (quick !== undefined && repeated?.size === 0) return faultless(quick)
  repeated ??= await repeatedIn(pieces, check, known)
  const isUnique = (entity: CheckedEntity) => {
    const identity = known.identityOf(entity)
    return identity === undefined || (!repeated.has(hashOf(identity)) && !known.knows(identity))
  }
  const across: CheckAcross = (entity) => (isUnique(entity) ? [] : check.across(entity))
  return await inFull(pieces, { ...check, across }, false)
}

async function repeatedIn(pieces: Pieces, check: SourceCheck, known: AcrossCheck): Promise<ReadonlySet<number>> {
  const { plainEntitiesInLines } = await import('../full-check.js')
  const names = new RepeatedNames()
  for (const { model, value } of plainEntitiesInLines(pieces, check)) {
    const identity = known.identityOf({ model, value })
    if (identity !== undefined) names.add(identity)
  }
  return names.repeated()
}

async function inFull(pieces: Pieces, check: SourceCheck, isComplete: boolean): Promise<CheckedSource> {
  const { acrossRules, checkLines } = await import('../full-check.js')
  const { minimumGpus } = await import('../../../estimate/index.js')
  return checkLines(pieces, { ...check, minimumGpus, acrossRules: acrossRules(isComplete) })
}
