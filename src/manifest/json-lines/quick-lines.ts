/** Tells of a whole file of JSON Lines that there is nothing to report. */

import type { CheckAcross } from '../checked-entity.js'
import { plainEntitiesOf } from '../document-kind.js'
import { isFaultless, named } from '../faultless.js'
import { MAX_MANIFEST_SIZE } from '../limits.js'
import { mayBeModels } from '../model-likeness.js'
import { NO_POLICY } from '../policy.js'
import type { FaultlessFile } from '../quick-check.js'
import { quickJson } from '../quick-json.js'
import type { SourceCheck } from '../source-check.js'
import { lineBatches, type Pieces } from './line-batches.js'

/** The documents of a file of JSON Lines in which nothing is to be reported. Undefined as soon as something is. */
export function quickLines(
  pieces: Pieces,
  check: SourceCheck,
  across: CheckAcross,
): Omit<FaultlessFile, 'entities'> | undefined {
  const { policy = NO_POLICY, name, model, minimumGpus, skipsOthers } = check
  if (check.target !== undefined) return undefined
  const seen = { documents: 0, skippedDocuments: 0 }
  for (const { bytes } of lineBatches(pieces)) {
    for (let start = 0; start < bytes.length; ) {
      const newline = bytes.indexOf(NEWLINE, start)
      const end = newline < 0 ? bytes.length : newline
      if (end - start > MAX_MANIFEST_SIZE) return undefined
      // Each line is a text of its own: a part of a larger text would keep all of that in memory.
      const text = bytes.toString('utf8', start, end)
      start = end + 1
      const quick = text.includes('\ufffd') ? undefined : quickJson(text)
      if (quick === undefined) return undefined
      if (skipsOthers === true && !mayBeModels(quick.value)) {
        seen.skippedDocuments += 1
        continue
      }
      seen.documents += 1
      for (const entity of plainEntitiesOf(quick.value, model)) {
        if (!isFaultless(entity, { policy, name, minimumGpus })) return undefined
        const checked = { model: entity.model, value: named(entity.value, name), isValid: true }
        for (const _ of across(checked)) return undefined
      }
    }
  }
  return seen
}

const NEWLINE = 0x0a
