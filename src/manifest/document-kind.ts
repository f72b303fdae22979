import type { SchemaName } from '../schemas/index.js'
import { entryOf, type SourceNode } from './source-node.js'

/** One entity of a document: what it is checked as, and where it stands in it. */
export interface Entity {
  readonly model: SchemaName
  readonly node: SourceNode
  /** The path from the top of the document: empty, or an index. */
  readonly loc: readonly number[]
}

/**
 * The entities of a document. A name given by the caller decides; without it a list holds entities, each told for itself,
 * and all else is one.
 */
export function entitiesOf(root: SourceNode, model: SchemaName | undefined): Entity[] {
  if (model !== undefined) return [{ model, node: root, loc: [] }]
  if (root.kind === 'sequence') return root.items.map((node, index) => ({ model: kindOf(node), node, loc: [index] }))
  return [{ model: kindOf(root), node: root, loc: [] }]
}

/** What the service has answered has an identity and a timestamp; anything else is a request for it. */
function kindOf(node: SourceNode): SchemaName {
  const has = (key: string) => entryOf(node, key) !== undefined
  return has('id') && (has('created_at') || has('updated_at')) ? 'ModelEntity' : 'CreateModelEntityRequest'
}
