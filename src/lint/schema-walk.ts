/** Walks a value along its definition. The depth is limited by the definition, not by the value. */

import { SCHEMAS, type SchemaName } from '../schemas/index.js'

/** The JSON Schema keywords that the walk reads. */
export interface SchemaNode {
  readonly title?: string
  readonly type?: unknown
  readonly format?: unknown
  readonly anyOf?: readonly SchemaNode[]
  readonly items?: SchemaNode
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly additionalProperties?: unknown
}

/** One step of the path to a place. Paths are linked lists, so walking a long list does not copy them. */
export interface Step {
  readonly parent: Step | null
  readonly key: string | number
}

/** Called at each object of the definition, and at each scalar of the value that is not null. */
export interface Visitor {
  object?(node: SchemaNode, value: Readonly<Record<string, unknown>>, step: Step | null): void
  scalar?(variants: readonly SchemaNode[], value: unknown, step: Step | null): void
}

/** Visits a value in the order of the definition's fields. Skips whatever does not fit the definition. */
export function walk(schema: SchemaNode, value: unknown, visitor: Visitor, step: Step | null = null): void {
  if (value === null || value === undefined) return
  const variants = schema.anyOf ?? [schema]
  const node = variants[0] ?? schema
  if (node.properties !== undefined) {
    if (!isRecord(value)) return
    visitor.object?.(node, value, step)
    for (const [key, field] of Object.entries(node.properties)) {
      if (Object.hasOwn(value, key)) walk(field, value[key], visitor, { parent: step, key })
    }
  } else if (node.items !== undefined) {
    if (!Array.isArray(value)) return
    for (const [key, item] of value.entries()) walk(node.items, item, visitor, { parent: step, key })
  } else if (typeof value !== 'object') {
    visitor.scalar?.(variants, value, step)
  }
}

/** The definition of a model, in the form that the walk reads. */
export function schemaNode(model: SchemaName): SchemaNode {
  return SCHEMAS[model] as SchemaNode
}

/** The path from the top to a step. */
export function locOf(step: Step | null): (string | number)[] {
  const loc: (string | number)[] = []
  for (let at = step; at !== null; at = at.parent) loc.push(at.key)
  return loc.reverse()
}

/** Whether a value is a JSON object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
