import type { Adapter } from 'model-entity'
import { newId } from '../models/ids.js'
import { now } from '../models/timestamp.js'
import type { Query } from './database.js'
import { canBeStored, timeText } from './rows.js'

/** What an adapter consists of besides its identity and the model that it belongs to. */
export type AdapterFields = Omit<Adapter, 'name' | 'workspace' | 'model' | 'created_at' | 'updated_at'>

/** An adapter as the database returns it. */
export interface AdapterRow {
  readonly workspace: string
  readonly name: string
  readonly model: string
  readonly created_at: string
  readonly updated_at: string
  readonly entity: AdapterFields
}

const MEMBERS = [
  ["'workspace'", 'a.workspace'],
  ["'name'", 'a.name'],
  ["'model'", "models.workspace || '/' || models.name"],
  ["'created_at'", timeText('a.created_at')],
  ["'updated_at'", timeText('a.updated_at')],
  ["'entity'", 'a.entity'],
]

/** The adapters of a row of `models` as one JSON value, so that a model and its adapters are read at one moment. The newest is first. */
export const ADAPTERS_OF_MODEL = `coalesce(
  (select json_agg(json_build_object(${MEMBERS.flat().join(', ')}) order by a.created_at desc, a.sequence desc)
   from adapters a where a.model_id = models.id), '[]'::json)`

/** Stores a new adapter of a model. Returns `undefined` if the workspace has an adapter of this name. */
export async function insertAdapter(
  query: Query,
  model: { readonly id: string; readonly workspace: string; readonly name: string },
  workspace: string,
  name: string,
  fields: AdapterFields,
): Promise<Adapter | undefined> {
  const at = now()
  const rows = await query(
    `insert into adapters (id, model_id, workspace, name, entity, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $6) on conflict on constraint one_adapter_of_a_name do nothing returning 1`,
    [newId('adapter'), model.id, workspace, name, JSON.stringify(fields), at],
  )
  const row = {
    workspace,
    name,
    model: `${model.workspace}/${model.name}`,
    created_at: at,
    updated_at: at,
    entity: fields,
  }
  return rows.length === 0 ? undefined : adapterOf(row)
}

export async function hasAdapter(query: Query, workspace: string, name: string): Promise<boolean> {
  if (!canBeStored(name)) return false
  const rows = await query('select 1 from adapters where workspace = $1 and name = $2', [workspace, name])
  return rows.length > 0
}

/** Replaces the fields of an adapter, and returns the new time of its last update. */
export async function updateAdapter(
  query: Query,
  workspace: string,
  name: string,
  fields: AdapterFields,
): Promise<string> {
  const at = now()
  await query('update adapters set entity = $3, updated_at = $4 where workspace = $1 and name = $2', [
    workspace,
    name,
    JSON.stringify(fields),
    at,
  ])
  return at
}

export async function deleteAdapter(query: Query, workspace: string, name: string): Promise<void> {
  await query('delete from adapters where workspace = $1 and name = $2', [workspace, name])
}

/** An adapter, its fields in the platform's order. */
export function adapterOf({ workspace, name, model, created_at, updated_at, entity }: AdapterRow): Adapter {
  const { description, fileset, finetuning_type, enabled, lora_config } = entity
  return {
    ...{ name, workspace, description, fileset, finetuning_type, enabled, lora_config, model },
    ...{ created_at, updated_at },
  } as Adapter
}
