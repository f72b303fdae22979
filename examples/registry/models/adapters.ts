import { isDeepStrictEqual } from 'node:util'
import type { Adapter, ModelEntity } from 'model-entity'
import { creationRefusals } from 'model-entity/validation'
import { requireFiles, requireFileset } from '../filesets/fileset-refusals.js'
import { HttpError } from '../http/http-error.js'
import type { Registry } from '../registry.js'
import {
  type AdapterFields,
  adapterOf,
  deleteAdapter,
  hasAdapter,
  insertAdapter,
  updateAdapter,
} from '../storage/adapters.js'
import type { Query } from '../storage/database.js'
import { findModel } from '../storage/models.js'
import { modelNotFound } from './not-found.js'
import type { CreateModelAdapterRequest, UpdateAdapterRequest } from './requests.js'

/**
 * Adds an adapter to a model. Its name must be free in the whole workspace.
 *
 * @throws HttpError 400, 404, 409 or 422, as the platform refuses it
 */
export async function addAdapter(
  registry: Registry,
  workspace: string,
  modelName: string,
  request: CreateModelAdapterRequest,
): Promise<Adapter> {
  const { name, ...fields } = request
  requireFileset(registry, workspace, request.fileset)
  return registry.database.transaction(async (query) => {
    const model = await findModel(query, workspace, modelName, 'for update')
    if (model === undefined) throw modelNotFound(workspace, modelName)
    const taken = new HttpError(409, `Model adapter already exists: ${workspace}/${modelName}/${name}`)
    if (await hasAdapter(query, workspace, name)) throw taken
    requireFiles(registry, workspace, request.fileset)
    requireName(name, workspace)
    const adapter = await insertAdapter(query, model, workspace, name, fields)
    if (adapter === undefined) throw taken
    return adapter
  })
}

/**
 * Changes an adapter. Fields that are null or absent stay.
 *
 * @throws HttpError 400 or 404
 */
export async function patchAdapter(
  registry: Registry,
  workspace: string,
  modelName: string,
  name: string,
  patch: UpdateAdapterRequest,
): Promise<Adapter> {
  if (patch.fileset) requireFileset(registry, workspace, patch.fileset)
  return registry.database.transaction(async (query) => {
    const adapter = await adapterOfModel(query, workspace, modelName, name)
    if (patch.fileset !== null) requireFiles(registry, workspace, patch.fileset)
    const { name: _, workspace: __, model = '', created_at = '', updated_at = '', ...fields } = adapter
    const given = Object.entries(patch).filter(([, value]) => value !== null)
    const entity: AdapterFields = { ...fields, ...Object.fromEntries(given) }
    if (isDeepStrictEqual(entity, fields)) return adapter
    const updated = await updateAdapter(query, workspace, name, entity)
    return adapterOf({ workspace, name, model: model ?? '', created_at, updated_at: updated || updated_at, entity })
  })
}

/**
 * Removes an adapter from a model.
 *
 * @throws HttpError 404
 */
export async function removeAdapter(
  registry: Registry,
  workspace: string,
  modelName: string,
  name: string,
): Promise<void> {
  await registry.database.transaction(async (query) => {
    await adapterOfModel(query, workspace, modelName, name)
    await deleteAdapter(query, workspace, name)
  })
}

/** The adapter of a model, which nobody else changes until the transaction ends. */
async function adapterOfModel(query: Query, workspace: string, modelName: string, name: string): Promise<Adapter> {
  const model = await findModel(query, workspace, modelName, 'for update')
  const place = `with workspace '${workspace}' and model name '${modelName}'`
  if (model === undefined) throw new HttpError(404, `Model ${place} not found`)
  const adapter = adaptersOf(model).find((each) => each.name === name)
  if (adapter === undefined) throw new HttpError(404, `Adapter ${name} ${place} not found`)
  return adapter
}

function adaptersOf({ adapters }: ModelEntity): readonly Adapter[] {
  return adapters ?? []
}

/** The platform's store has the same rule for every name. */
function requireName(name: string, workspace: string): void {
  const refusals = creationRefusals({ name }, { workspace })
  const refusal = refusals.find(({ reason }) => reason === 'name-not-accepted')
  if (refusal !== undefined) throw new HttpError(refusal.status, refusal.detail)
}
