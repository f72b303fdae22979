import { isRecord } from '../lint/schema-walk.js'
import type { SchemaName } from '../schemas/index.js'
import { entryOf, type SourceNode } from './source-node.js'

/** One entity of a document: its definition, and its place in the document. */
export interface Entity {
  readonly model: SchemaName
  readonly node: SourceNode
  /** The path from the top of the document: empty, or an index. */
  readonly loc: readonly number[]
}

/**
 * The entities of a document. If the caller names a model, the document is one value of it. Otherwise a list contains
 * entities, each checked on its own, and anything else is one entity.
 */
export function entitiesOf(root: SourceNode, model: SchemaName | undefined): Entity[] {
  if (model !== undefined) return [{ model, node: root, loc: [] }]
  if (root.kind === 'sequence') return root.items.map((node, index) => ({ model: kindOf(node), node, loc: [index] }))
  return [{ model: kindOf(root), node: root, loc: [] }]
}

/** An entity's value, without its places in a text. */
export interface PlainEntity {
  readonly model: SchemaName
  readonly value: unknown
  readonly loc: readonly number[]
}

/** {@link entitiesOf} for a document that was read without its places. */
export function plainEntitiesOf(value: unknown, model: SchemaName | undefined): PlainEntity[] {
  if (model !== undefined) return [{ model, value, loc: [] }]
  if (Array.isArray(value)) return value.map((item, index) => ({ model: kindOfValue(item), value: item, loc: [index] }))
  return [{ model: kindOfValue(value), value, loc: [] }]
}

function kindOfValue(value: unknown): SchemaName {
  return kindBy((key) => isRecord(value) && Object.hasOwn(value, key))
}

/** An object with an id and a timestamp is an entity from the service. Anything else is a request. */
function kindOf(node: SourceNode): SchemaName {
  return kindBy((key) => entryOf(node, key) !== undefined)
}

function kindBy(has: (key: string) => boolean): SchemaName {
  return has('id') && (has('created_at') || has('updated_at')) ? 'ModelEntity' : 'CreateModelEntityRequest'
}
