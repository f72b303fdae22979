/** Checks files in full, or takes their checks from the cache. */

import type { CheckedSource } from '../../manifest/check-source.js'
import type { CheckAcross, CheckedEntity } from '../../manifest/checked-entity.js'
import { SourceText } from '../../manifest/source-text.js'
import { acrossPart, CheckCache } from './check-cache.js'
import { replayed } from './replayed.js'

/** The cache of a run, in use. */
export interface CachedChecks {
  /** The check of a file: from the cache, or made by a function that is given the rules across files. */
  checked(
    key: string,
    bytes: Uint8Array,
    across: CheckAcross,
    full: (across: CheckAcross) => Promise<CheckedSource>,
  ): Promise<CheckedSource>
  /** Writes the cache. Returns why it cannot be written. */
  write(): string | undefined
}

/** Opens the cache in a folder. */
export function cachedChecks(folder: string): CachedChecks {
  const cache = CheckCache.open(folder)
  return {
    async checked(key, bytes, across, full) {
      const known = cache.get(key)
      if (known !== undefined) {
        const found = known.entities.map((entity) => [...across(entity)])
        if (found.some((findings) => findings.length > 0)) return await full(replayed(found))
        return { check: known.check, source: new SourceText(new TextDecoder().decode(bytes)) }
      }
      const entities: CheckedEntity[] = []
      let isAlone = true
      const made = await full((entity) => {
        entities.push(acrossPart(entity))
        const findings = [...across(entity)]
        isAlone &&= findings.length === 0
        return findings
      })
      // What depends on other files is not kept.
      if (isAlone) cache.set(key, { check: made.check, entities })
      return made
    },
    write: () => cache.write(),
  }
}
