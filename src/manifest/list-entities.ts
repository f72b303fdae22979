import type { SchemaName } from '../schemas/index.js'
import { entitiesOf } from './document-kind.js'
import { documentsIn } from './documents.js'
import { duplicateKeys } from './duplicate-keys.js'
import type { ManifestFormat } from './manifest-format.js'
import { mayBeModel } from './model-likeness.js'
import { plainValue } from './source-node.js'
import { decodeUtf8, SourceText } from './source-text.js'

/** An entity of a manifest as written: its definition and its value. */
export interface ListedEntity {
  readonly model: SchemaName
  readonly value: unknown
}

/** The entities of a manifest that can be read, without checking them. Nothing of a document that cannot be read. */
export function* listEntities(
  bytes: Uint8Array,
  reading: { file: string; format?: ManifestFormat; model?: SchemaName; skipsOthers?: boolean },
): Generator<ListedEntity> {
  const decoded = decodeUtf8(bytes)
  if (!decoded.ok) return
  const { text } = new SourceText(decoded.text)
  for (const document of documentsIn(text, reading)) {
    if (document.kind !== 'value' || duplicateKeys(document.root).length > 0) continue
    if (reading.skipsOthers === true && !mayBeModel(document, text)) continue
    const shared = new Map()
    for (const { model, node } of entitiesOf(document.root, reading.model))
      yield { model, value: plainValue(node, shared) }
  }
}
