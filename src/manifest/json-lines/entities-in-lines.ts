/** The entities of large JSON Lines, one by one. */

import { type PlainEntity, plainEntitiesOf } from '../document-kind.js'
import { named } from '../faultless.js'
import { readJsonLines } from '../json-source.js'
import { type ListedEntity, listEntities } from '../list-entities.js'
import type { SourceCheck } from '../source-check.js'
import { plainValue } from '../source-node.js'
import { lineBatches, type Pieces } from './line-batches.js'

/** All entities that a check may look at, and those of documents that it refuses as well. */
export function* plainEntitiesInLines(pieces: Pieces, { model, name }: SourceCheck): Generator<PlainEntity> {
  for (const { bytes } of lineBatches(pieces)) {
    for (const document of readJsonLines(bytes.toString('utf8'))) {
      if (document.kind !== 'value') continue
      const value = document.quick === undefined ? plainValue(document.root) : document.quick.value
      for (const entity of plainEntitiesOf(value, model)) yield { ...entity, value: named(entity.value, name) }
    }
  }
}

/** {@link listEntities} for a large file. */
export function* listEntitiesInLines(
  pieces: Pieces,
  reading: Parameters<typeof listEntities>[1],
): Generator<ListedEntity> {
  for (const { bytes } of lineBatches(pieces)) yield* listEntities(bytes, { ...reading, format: 'jsonl' })
}
