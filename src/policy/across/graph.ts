/** The graph of entities: which is made from which, and what else they refer to. */

import { isRecord } from '../../lint/schema-walk.js'
import type { ListedEntity } from '../../manifest/list-entities.js'
import { parseFilesetRef } from '../../references/index.js'
import { keyOf, referencesOf, textOfKey } from './references-of.js'

/** A node of the graph: `workspace/name`. */
export interface GraphNode {
  readonly id: string
  /** `missing`: only named by others. */
  readonly kind: 'entity' | 'adapter' | 'fileset' | 'missing'
}

/** A reference from one node to another. */
export interface GraphEdge {
  readonly from: string
  readonly to: string
  readonly kind: 'base_model' | 'adapter' | 'fileset'
}

/** Nodes and edges, each once, in the order in which they are met. */
export interface EntityGraph {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
}

/** Draws the graph of entities. Requests belong to the given workspace. */
export function graphOf(entities: Iterable<ListedEntity>, workspace: string): EntityGraph {
  const nodes = new Map<string, GraphNode>()
  const edges = new Map<string, GraphEdge>()
  const node = (id: string, kind: GraphNode['kind']) => {
    const known = nodes.get(id)
    if (known === undefined || known.kind === 'missing') nodes.set(id, { id, kind })
  }
  const edge = (from: string, to: string, kind: GraphEdge['kind']) =>
    edges.set(`${kind} ${from} ${to}`, { from, to, kind })
  const fileset = (from: string, written: unknown, of: string) => {
    const parsed = typeof written === 'string' ? parseFilesetRef(written) : undefined
    if (parsed?.ok !== true) return
    const id = `fileset:${parsed.value.workspace ?? of}/${parsed.value.name}`
    node(id, 'fileset')
    edge(from, id, 'fileset')
  }
  for (const { model, value } of entities) {
    const key = keyOf(model, value, workspace)
    if (key === undefined || !isRecord(value)) continue
    const id = textOfKey(key)
    node(id, 'entity')
    for (const { kind, target } of referencesOf(value, key)) {
      if (kind !== 'base-model') continue
      if (!nodes.has(textOfKey(target))) node(textOfKey(target), 'missing')
      edge(id, textOfKey(target), 'base_model')
    }
    fileset(id, value['fileset'], key.workspace)
    for (const adapter of Array.isArray(value['adapters']) ? value['adapters'] : []) {
      if (!isRecord(adapter) || typeof adapter['name'] !== 'string') continue
      const of = typeof adapter['workspace'] === 'string' ? adapter['workspace'] : key.workspace
      const adapterId = `adapter:${of}/${adapter['name']}`
      node(adapterId, 'adapter')
      edge(adapterId, id, 'adapter')
      fileset(adapterId, adapter['fileset'], of)
    }
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] }
}
