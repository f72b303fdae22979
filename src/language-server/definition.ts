import type { Position } from 'vscode-languageserver-protocol'
import type { ManifestFormat } from '../manifest/index.js'
import type { Span } from '../manifest/source-node.js'
import type { EntityKey } from '../policy/across/references-of.js'
import { parseModelProviderRef, parseModelRef } from '../references/index.js'
import type { SchemaName } from '../schemas/index.js'
import { referenceKindOf } from './completion/references.js'
import { documentAround, documentsOf } from './cursor/document-around.js'
import { entityAt, looseEntity, looseEntry, looseText } from './cursor/entity-at.js'
import { looseTree } from './cursor/loose-tree.js'
import { placeAt } from './cursor/place-at.js'
import type { EditedDocument } from './edited-document.js'

/** A reference to an entity, where it is written. */
export interface WrittenReference {
  readonly target: EntityKey
  readonly span: Span
}

/** The reference to an entity at a position. */
export function referenceAt(
  edited: EditedDocument,
  position: Position,
  { model, workspace }: { readonly model: SchemaName | undefined; readonly workspace: string },
): WrittenReference | undefined {
  const { text } = edited.source
  const offset = edited.offsetAt(position)
  const { start, end } = documentAround(text, offset, edited.format)
  const root = looseTree(text.slice(start, end), start)
  const place = placeAt(root, offset)
  if (root === undefined || place?.at !== 'value') return undefined
  const { entity, path } = entityAt(root, place.path, model)
  const kind = referenceKindOf(path)
  if (kind === undefined || kind === 'fileset') return undefined
  const own = entity.model === 'ModelEntity' ? (looseText(entity.node, 'workspace') ?? workspace) : workspace
  const parsed = kind === 'model' ? parseModelRef(place.text) : parseModelProviderRef(place.text)
  if (!parsed.ok) return undefined
  return { target: { workspace: parsed.value.workspace ?? own, name: parsed.value.name }, span: place.span }
}

/** Where a text defines an entity: the place of its name. */
export function entityPlace(
  text: string,
  format: ManifestFormat,
  key: EntityKey,
  { model, workspace }: { readonly model: SchemaName | undefined; readonly workspace: string },
): Span | undefined {
  for (const { start, end } of documentsOf(text, format)) {
    const root = looseTree(text.slice(start, end), start)
    const nodes = root?.kind === 'sequence' && model === undefined ? root.items : [root]
    for (const node of nodes) {
      const entity = model === undefined ? looseEntity(node) : { model, node }
      const own = entity.model === 'ModelEntity' ? looseText(node, 'workspace') : workspace
      if (own !== key.workspace || looseText(node, 'name') !== key.name || node?.kind !== 'mapping') continue
      return looseEntry(node, 'name')?.value?.span
    }
  }
  return undefined
}
