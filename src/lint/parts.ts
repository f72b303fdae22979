/** The parts of a document: each object that a definition describes, by the name of that definition. */

import type { Static } from 'typebox'
import type { SCHEMAS, SchemaName } from '../schemas/index.js'
import { type Step, schemaNode, walk } from './schema-walk.js'

/** One object of the validated document, with the path to it. */
export interface Part<Name extends SchemaName = SchemaName> {
  readonly value: Static<(typeof SCHEMAS)[Name]>
  readonly step: Step | null
}

/** All parts of a document that one definition describes, in document order. */
export type Parts = <Name extends SchemaName>(name: Name) => readonly Part<Name>[]

/** Finds the parts of a validated value. */
export function partsOf(model: SchemaName, value: unknown): Parts {
  const parts = new Map<string, { value: unknown; step: Step | null }[]>()
  walk(schemaNode(model), value, {
    object({ title = '' }, part, step) {
      const list = parts.get(title)
      if (list === undefined) parts.set(title, [{ value: part, step }])
      else list.push({ value: part, step })
    },
  })
  return <Name extends SchemaName>(name: Name) => (parts.get(name) ?? []) as readonly Part<Name>[]
}
