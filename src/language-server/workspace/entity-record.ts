import { isRecord } from '../../lint/schema-walk.js'
import type { ListedEntity } from '../../manifest/list-entities.js'
import { type EntityKey, keyOf, referencesOf } from '../../policy/across/references-of.js'
import { formatFilesetRef, parseFilesetRef } from '../../references/index.js'

/** What is remembered of an entity of the workspace: not its spec, which may list thousands of layers. */
export interface EntityRecord {
  readonly entity: ListedEntity
  readonly key: EntityKey | undefined
  /** `workspace/name` of every provider that it names. */
  readonly providers: readonly string[]
  /** `workspace/name` of every fileset that it or its adapters name. */
  readonly filesets: readonly string[]
}

/** What to remember of an entity. Requests belong to the given workspace. */
export function recordOf({ model, value }: ListedEntity, workspace: string): EntityRecord {
  const key = keyOf(model, value, workspace)
  const fields = isRecord(value) ? value : {}
  const adapters = Array.isArray(fields['adapters']) ? fields['adapters'].filter(isRecord) : []
  const references = key === undefined ? [] : [...referencesOf(value, key)]
  return {
    entity: { model, value: kept(fields, ['id', 'name', 'workspace', 'base_model']) },
    key,
    providers: references.filter(({ kind }) => kind === 'provider').map(({ written }) => written),
    filesets: [fields, ...adapters].flatMap((holder) => filesetOf(holder, key?.workspace ?? workspace)),
  }
}

function kept(fields: Readonly<Record<string, unknown>>, names: readonly string[]): object {
  return Object.fromEntries(names.flatMap((name) => (Object.hasOwn(fields, name) ? [[name, fields[name]]] : [])))
}

function filesetOf({ fileset, workspace }: Readonly<Record<string, unknown>>, around: string): string[] {
  const parsed = typeof fileset === 'string' ? parseFilesetRef(fileset) : undefined
  if (parsed?.ok !== true) return []
  const own = typeof workspace === 'string' ? workspace : around
  return [formatFilesetRef({ workspace: parsed.value.workspace ?? own, name: parsed.value.name })]
}
