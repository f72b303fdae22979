/**
 * The check of a file in which there is nothing to report, which most files are. It needs neither places nor the reader of
 * all YAML: the command loads those only for a file that this leaves.
 */

import type { CheckedEntity } from './checked-entity.js'
import { plainEntitiesOf } from './document-kind.js'
import { isFaultless, named } from './faultless.js'
import { formatOf, type ManifestFormat } from './manifest-format.js'
import { mayBeModels } from './model-likeness.js'
import { NO_POLICY } from './policy.js'
import { type QuickValue, quickJson } from './quick-json.js'
import type { SourceCheck } from './source-check.js'
import { maySuppress } from './suppressions/may-suppress.js'
import { quickYamlValues } from './yaml-quick/quick-documents.js'

/** What is in a file without faults. */
export interface FaultlessFile {
  readonly documents: number
  readonly skippedDocuments: number
  /** Its entities, for the rules across files. */
  readonly entities: readonly CheckedEntity[]
}

/**
 * Checks a small file by its values alone. Undefined if something is to be reported, or that cannot be told quickly. Rules
 * across files are left to the caller.
 */
export function quickCheck(text: string, file: string, check: Omit<SourceCheck, 'file'>): FaultlessFile | undefined {
  const { policy = NO_POLICY, name, model, minimumGpus, skipsOthers } = check
  if (check.target !== undefined || text.length > LONGEST || maySuppress(text)) return undefined
  const entities: CheckedEntity[] = []
  const seen = { documents: 0, skippedDocuments: 0 }
  const unmarked = text.startsWith('\ufeff') ? text.slice(1) : text
  for (const quick of valuesIn(unmarked, check.format ?? formatOf(file))) {
    if (quick === undefined) return undefined
    if (skipsOthers === true && !mayBeModels(quick.value)) {
      seen.skippedDocuments += 1
      continue
    }
    seen.documents += 1
    for (const entity of plainEntitiesOf(quick.value, model)) {
      if (!isFaultless(entity, { policy, name, minimumGpus })) return undefined
      entities.push({ model: entity.model, value: named(entity.value, name), isValid: true })
    }
  }
  return { ...seen, entities }
}

/** Larger files are checked document by document, so that not all of them are in memory. In UTF-16 code units. */
const LONGEST = 262_144

/** The values of the documents. Undefined for one that has to be read with its places. */
function valuesIn(text: string, format: ManifestFormat): Iterable<QuickValue | undefined> {
  if (format === 'json') return [quickJson(text)]
  return format === 'yaml' ? quickYamlValues(text) : [undefined]
}
