/** The references of an entity to other entities, as written. */

import { isRecord } from '../../lint/schema-walk.js'
import { parseModelProviderRef, parseModelRef } from '../../references/index.js'
import type { SchemaName } from '../../schemas/index.js'

/** The identity of an entity: its workspace and its name. */
export interface EntityKey {
  readonly workspace: string
  readonly name: string
}

/** A reference that its grammar accepts. */
export interface EntityReference {
  readonly kind: 'base-model' | 'adapter-model' | 'provider'
  /** The path of the reference inside the entity. */
  readonly loc: readonly (string | number)[]
  /** As it is written. */
  readonly written: string
  readonly target: EntityKey
}

/** The identity of an entity. Undefined without a name or a workspace. A request belongs to the given workspace. */
export function keyOf(model: SchemaName, value: unknown, workspace: string): EntityKey | undefined {
  if (!isRecord(value) || typeof value['name'] !== 'string') return undefined
  if (model === 'CreateModelEntityRequest') return { workspace, name: value['name'] }
  if (model !== 'ModelEntity' || typeof value['workspace'] !== 'string') return undefined
  return { workspace: value['workspace'], name: value['name'] }
}

/** An identity as one text. */
export function textOfKey({ workspace, name }: EntityKey): string {
  return `${workspace}/${name}`
}

/** The references of an entity. A bare model reference is of the entity's workspace. */
export function* referencesOf(value: unknown, { workspace }: EntityKey): Generator<EntityReference> {
  if (!isRecord(value)) return
  const base = modelReference(value['base_model'], workspace)
  if (base !== undefined) yield { kind: 'base-model', loc: ['base_model'], ...base }
  for (const [index, provider] of itemsOf(value['model_providers'])) {
    const parsed = typeof provider === 'string' ? parseModelProviderRef(provider) : undefined
    if (typeof provider !== 'string' || parsed?.ok !== true) continue
    yield { kind: 'provider', loc: ['model_providers', index], written: provider, target: parsed.value }
  }
  for (const [index, adapter] of itemsOf(value['adapters'])) {
    const model = isRecord(adapter) ? modelReference(adapter['model'], workspace) : undefined
    if (model !== undefined) yield { kind: 'adapter-model', loc: ['adapters', index, 'model'], ...model }
  }
}

function modelReference(written: unknown, workspace: string): Pick<EntityReference, 'written' | 'target'> | undefined {
  const parsed = typeof written === 'string' ? parseModelRef(written) : undefined
  if (typeof written !== 'string' || parsed?.ok !== true) return undefined
  return { written, target: { workspace: parsed.value.workspace ?? workspace, name: parsed.value.name } }
}

function itemsOf(value: unknown): Iterable<[number, unknown]> {
  return Array.isArray(value) ? value.entries() : []
}
