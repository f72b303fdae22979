/** The fields of models by their paths: `spec.num_layers`, `adapters.lora_config.rank`. */

import { type SchemaNode, schemaNode } from '../lint/schema-walk.js'
import type { SchemaName } from '../schemas/index.js'

/** What a path leads to. */
export interface FieldPath {
  /** Field names, joined with dots. A list has no step of its own. */
  readonly path: string
  readonly kind: 'number' | 'free' | 'other'
  readonly isList: boolean
}

/** The fields of a model, in the order of its definition. */
export function fieldPaths(model: SchemaName): readonly FieldPath[] {
  const known = PATHS.get(model)
  if (known !== undefined) return known
  const paths: FieldPath[] = []
  collect(schemaNode(model), '', paths)
  PATHS.set(model, paths)
  return paths
}

const PATHS = new Map<SchemaName, readonly FieldPath[]>()

function collect({ properties = {} }: SchemaNode, above: string, paths: FieldPath[]): void {
  for (const [name, field] of Object.entries(properties)) {
    const path = above === '' ? name : `${above}.${name}`
    const node = innermost(field)
    paths.push({ path, kind: kindOf(node), isList: isList(field) })
    collect(node, path, paths)
  }
}

/** The definition of a value that is not null, and of the items of a list. */
function innermost(field: SchemaNode): SchemaNode {
  const [node = field] = field.anyOf ?? []
  return node.items === undefined ? node : innermost(node.items)
}

function isList(field: SchemaNode): boolean {
  return (field.anyOf?.[0] ?? field).items !== undefined
}

function kindOf({ type, properties }: SchemaNode): FieldPath['kind'] {
  if (type === 'integer' || type === 'number') return 'number'
  return type === 'object' && properties === undefined ? 'free' : 'other'
}

/** A path as it is compared: `adapters[].name` is `adapters.name`. */
export function plainPath(path: string): string {
  return path.replaceAll('[]', '')
}

/** Whether a model has a field. Everything inside a free field counts. */
export function hasField(model: SchemaName, path: string): boolean {
  return fieldPaths(model).some((field) => {
    return field.path === path || (field.kind === 'free' && path.startsWith(`${field.path}.`))
  })
}

/** Whether a path leads through a list, so that it may lead to no value at all. */
export function leadsThroughList(model: SchemaName, path: string): boolean {
  return fieldPaths(model).some((field) => field.isList && path.startsWith(`${field.path}.`))
}

/** One value that a path leads to. */
export interface Reached {
  readonly loc: readonly (string | number)[]
  readonly value: unknown
}

/**
 * The values that a path leads to: one for each item of a list on the way. Where the value, or something on the way, is
 * absent, `value` is undefined.
 */
export function* reach(
  value: unknown,
  path: readonly string[],
  loc: readonly (string | number)[] = [],
): Generator<Reached> {
  const [step, ...rest] = path
  if (Array.isArray(value)) {
    if (step === undefined) yield { loc, value }
    else for (const [index, item] of value.entries()) yield* reach(item, path, [...loc, index])
    return
  }
  if (step === undefined) {
    yield { loc, value }
    return
  }
  const isHolder = typeof value === 'object' && value !== null
  if (!isHolder) yield { loc: [...loc, ...path], value: undefined }
  else yield* reach(Object.hasOwn(value, step) ? Reflect.get(value, step) : undefined, rest, [...loc, step])
}
