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

/** An object with an id and a timestamp is an entity from the service. Anything else is a request. */
function kindOf(node: SourceNode): SchemaName {
  const has = (key: string) => entryOf(node, key) !== undefined
  return has('id') && (has('created_at') || has('updated_at')) ? 'ModelEntity' : 'CreateModelEntityRequest'
}
