import type { CreateModelEntityRequest, ModelEntity } from 'model-entity'
import type { CreationOptions } from 'model-entity/validation'
import { requireFileset, requireNoDot } from '../filesets/fileset-refusals.js'
import { specOfFileset } from '../filesets/spec-of-fileset.js'
import { HttpError } from '../http/http-error.js'
import type { Registry } from '../registry.js'
import { findModel, insertModel } from '../storage/models.js'
import { fieldsOf } from './model-fields.js'

/**
 * What the adapter needs to know to refuse a valid request as the platform does.
 *
 * @throws HttpError 400 for a fileset for which the platform would fail
 */
export async function creationOf(
  registry: Registry,
  { name, fileset }: CreateModelEntityRequest,
  workspace: string,
): Promise<CreationOptions> {
  const { config, database, filesets } = registry
  if (fileset) requireNoDot(registry, workspace, fileset)
  const existing = await findModel(database.query, workspace, name)
  return {
    workspace,
    state: {
      hasWorkspace: (of) => config.workspaces.has(of),
      hasProject: (of, project) => config.projects.has(`${of}/${project}`),
      hasFileset: (of, name) => filesets.find(of, name) !== undefined,
      hasModel: () => existing !== undefined,
    },
  }
}

/**
 * Creates a model from a request that is not refused. Without a spec it gets that of its fileset's checkpoint, if there is one.
 *
 * @throws HttpError 409 if another request has created the name meanwhile
 */
export async function createModel(
  registry: Registry,
  workspace: string,
  request: CreateModelEntityRequest,
): Promise<ModelEntity> {
  const fields = fieldsOf(request)
  if (!fields.spec && fields.fileset) {
    fields.spec = (await specOfFileset(registry, requireFileset(registry, workspace, fields.fileset))) ?? null
  }
  const created = await insertModel(registry.database.query, workspace, request.name, fields)
  if (created !== undefined) return created
  throw new HttpError(409, `Model with workspace '${workspace}' and name '${request.name}' already exists`)
}
