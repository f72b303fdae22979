import type { Adapter, ModelEntity } from 'model-entity'
import { newId } from '../models/ids.js'
import { entityOf, type Identity, type ModelFields } from '../models/model-fields.js'
import { now } from '../models/timestamp.js'
import { ADAPTERS_OF_MODEL, type AdapterRow, adapterOf } from './adapters.js'
import type { Query } from './database.js'
import { canBeStored, searchable, timeText } from './rows.js'

interface ModelRow extends Identity {
  readonly entity: ModelFields
  readonly adapters: readonly AdapterRow[]
}

const COLUMNS = `id, workspace, name, entity, ${timeText('created_at')} as created_at, ${timeText('updated_at')} as updated_at`

const SELECT = `select ${COLUMNS}, ${ADAPTERS_OF_MODEL} as adapters from models`

/** Stores a new model. Returns `undefined` if the name is taken: of any number of concurrent calls, one gets the model. */
export async function insertModel(
  query: Query,
  workspace: string,
  name: string,
  fields: ModelFields,
): Promise<ModelEntity | undefined> {
  const created_at = now()
  const identity = { id: newId('model'), workspace, name, created_at, updated_at: created_at }
  const rows = await query(
    `insert into models (id, workspace, name, created_at, updated_at, ${Object.keys(COPIES).join(', ')}, entity)
     values ($1, $2, $3, $4, $4, $5, $6, $7, $8, $9, $10)
     on conflict on constraint one_model_of_a_name do nothing returning 1`,
    [identity.id, workspace, name, created_at, ...copiesOf(fields), JSON.stringify(fields)],
  )
  return rows.length === 0 ? undefined : entityOf(identity, fields, [])
}

/** Finds a model by its name. With `lock`, which needs a transaction, nobody else changes it until the transaction ends. */
export async function findModel(
  query: Query,
  workspace: string,
  name: string,
  lock: 'for update' | '' = '',
): Promise<ModelEntity | undefined> {
  if (!canBeStored(workspace) || !canBeStored(name)) return undefined
  const rows = await query<ModelRow>(`${SELECT} where workspace = $1 and name = $2 ${lock}`, [workspace, name])
  return rows[0] && modelOf(rows[0])
}

/** Replaces the fields of a model, and returns the new time of its last update. */
export async function updateModel(query: Query, id: string, fields: ModelFields): Promise<string> {
  const updatedAt = now()
  const copies = Object.keys(COPIES).map((column, index) => `${column} = $${index + 4}`)
  await query(`update models set updated_at = $2, entity = $3, ${copies.join(', ')} where id = $1`, [
    id,
    updatedAt,
    JSON.stringify(fields),
    ...copiesOf(fields),
  ])
  return updatedAt
}

/** Deletes a model and its adapters. Returns whether there was one. */
export async function deleteModel(query: Query, workspace: string, name: string): Promise<boolean> {
  if (!canBeStored(workspace) || !canBeStored(name)) return false
  const rows = await query('delete from models where workspace = $1 and name = $2 returning 1', [workspace, name])
  return rows.length > 0
}

/** Which models to list. */
export interface Listing {
  /** A condition on the columns of `models`, with its parameters. */
  readonly where: string
  readonly parameters: readonly unknown[]
  /** The columns to sort by. */
  readonly orderBy: string
  readonly page: number
  readonly pageSize: number
}

/** One page of models, and the number of all that match. */
export async function listModels(
  query: Query,
  { where, parameters, orderBy, page, pageSize }: Listing,
): Promise<{ models: readonly ModelEntity[]; total: number }> {
  const counted = await query<{ total: number }>(`select count(*)::int as total from models where ${where}`, parameters)
  const total = counted[0]?.total ?? 0
  const offset = (page - 1) * pageSize
  if (offset >= total) return { models: [], total }
  const rows = await query<ModelRow>(
    `${SELECT} where ${where} order by ${orderBy} limit ${pageSize} offset ${offset}`,
    parameters,
  )
  return { models: rows.map(modelOf), total }
}

function modelOf({ entity, adapters, ...identity }: ModelRow): ModelEntity {
  return entityOf(identity, entity, adapters.map(adapterOf) as Adapter[])
}

/** The columns that lists filter by, and what they are copied from. */
const COPIES = {
  project: (fields) => fields.project,
  description: (fields) => fields.description,
  finetuning_type: (fields) => fields.finetuning_type,
  fileset: (fields) => fields.fileset,
  base_model: (fields) => fields.base_model,
} as const satisfies Record<string, (fields: ModelFields) => string | null | undefined>

function copiesOf(fields: ModelFields): (string | null)[] {
  return Object.values(COPIES).map((copy) => searchable(copy(fields)))
}
