import { type Entity, entitiesOf } from '../document-kind.js'
import type { ReadDocument } from '../file-error.js'
import { mayBeModel } from '../model-likeness.js'
import type { SourceCheck } from '../source-check.js'

/** The entities of a text, without the documents that a search skips because they are not models. */
export function entitiesToFix(
  documents: readonly ReadDocument[],
  text: string,
  { model, skipsOthers }: SourceCheck,
): Entity[] {
  return documents.flatMap((document) => {
    if (document.kind !== 'value' || (skipsOthers === true && !mayBeModel(document, text))) return []
    return entitiesOf(document.root, model)
  })
}
