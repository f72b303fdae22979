import type { SchemaName } from '../../schemas/index.js'
import type { LooseEntry, LooseMapping, LooseNode } from './loose-tree.js'

/** An entity of a document that is being written. */
export interface LooseEntity {
  readonly model: SchemaName
  readonly node: LooseNode | undefined
}

/**
 * The entity that a path leads into, and the rest of the path. As for the check, an item of a list is an entity of its own, unless the
 * caller names the definition.
 */
export function entityAt(
  root: LooseNode,
  path: readonly (string | number)[],
  model: SchemaName | undefined,
): { readonly entity: LooseEntity; readonly path: readonly (string | number)[] } {
  if (model !== undefined) return { entity: { model, node: root }, path }
  const [index] = path
  if (root.kind !== 'sequence' || typeof index !== 'number') return { entity: looseEntity(root), path }
  return { entity: looseEntity(root.items[index]), path: path.slice(1) }
}

/** An entity, with the definition that its fields tell. */
export function looseEntity(node: LooseNode | undefined): LooseEntity {
  const has = (key: string) => node?.kind === 'mapping' && looseEntry(node, key) !== undefined
  const isEntity = has('id') && (has('created_at') || has('updated_at'))
  return { model: isEntity ? 'ModelEntity' : 'CreateModelEntityRequest', node }
}

/** The entry of a key. */
export function looseEntry({ entries }: LooseMapping, key: string): LooseEntry | undefined {
  return entries.findLast((entry) => entry.key === key)
}

/** The text of a scalar field. Undefined if there is none. */
export function looseText(node: LooseNode | undefined, key: string): string | undefined {
  const value = node?.kind === 'mapping' ? looseEntry(node, key)?.value : undefined
  return value?.kind === 'scalar' ? value.text : undefined
}
