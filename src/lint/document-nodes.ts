/** The nodes of a document: each object that a definition describes, by the name of that definition. */

import type { SchemaName } from '../schemas/index.js'
import type { ModelInput } from '../validation/index.js'
import { type Step, schemaNode, walk } from './schema-walk.js'

/** One object of the validated document, with the path to it. */
export interface DocumentNode<Name extends SchemaName = SchemaName> {
  readonly value: ModelInput<Name>
  readonly step: Step | null
}

/** All nodes of a document that one definition describes, in document order. */
export type DocumentNodes = <Name extends SchemaName>(name: Name) => readonly DocumentNode<Name>[]

/** Finds the nodes of a validated value. */
export function nodesOf(model: SchemaName, value: unknown): DocumentNodes {
  const nodes = new Map<string, { value: unknown; step: Step | null }[]>()
  walk(schemaNode(model), value, {
    object({ title = '' }, node, step) {
      const list = nodes.get(title)
      if (list === undefined) nodes.set(title, [{ value: node, step }])
      else list.push({ value: node, step })
    },
  })
  return <Name extends SchemaName>(name: Name) => (nodes.get(name) ?? []) as readonly DocumentNode<Name>[]
}
