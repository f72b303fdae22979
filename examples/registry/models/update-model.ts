import { isDeepStrictEqual } from 'node:util'
import type { ModelEntity, ModelSpec } from 'model-entity'
import { creationRefusals } from 'model-entity/validation'
import { requireFiles, requireFileset } from '../filesets/fileset-refusals.js'
import type { Fileset } from '../filesets/filesets.js'
import { specOfFileset } from '../filesets/spec-of-fileset.js'
import { HttpError } from '../http/http-error.js'
import type { Registry } from '../registry.js'
import { findModel, updateModel } from '../storage/models.js'
import { entityOf, type ModelFields, specOfCaller } from './model-fields.js'
import { modelNotFound } from './not-found.js'
import { UNCHANGED, type UpdateModelEntityRequest } from './requests.js'

/**
 * Changes a model: fields that are null or absent stay, except `backend_format`, which null clears. A new fileset brings the spec of its
 * checkpoint, unless the patch has one. A patch that changes nothing leaves `updated_at` as it is.
 *
 * @throws HttpError 404 if there is no such model, 400 or 403 for what the platform refuses
 */
export async function patchModel(
  registry: Registry,
  workspace: string,
  name: string,
  patch: UpdateModelEntityRequest,
): Promise<ModelEntity> {
  const { query } = registry.database
  const before = await findModel(query, workspace, name)
  if (before === undefined) throw modelNotFound(workspace, name)
  const fileset = checkedFileset(registry, workspace, patch)
  const isDerived = fileset !== undefined && !patch.spec && (patch.fileset !== before.fileset || !before.spec)
  const derived = isDerived ? await specOfFileset(registry, fileset) : undefined
  return registry.database.transaction(async (query) => {
    const model = await findModel(query, workspace, name, 'for update')
    if (model === undefined) throw modelNotFound(workspace, name)
    const { id, created_at, updated_at, adapters, name: _, workspace: __, ...fields } = model
    const patched = patchedFields(fields, patch, derived)
    const identity = { id, workspace, name, created_at, updated_at }
    if (isDeepStrictEqual(patched, fields)) return model
    return entityOf({ ...identity, updated_at: await updateModel(query, id, patched) }, patched, adapters)
  })
}

/** The checks in the order of the platform. Returns the new fileset, if there is one. */
function checkedFileset(registry: Registry, workspace: string, patch: UpdateModelEntityRequest): Fileset | undefined {
  const { fileset, backend_format: _, ...fields } = patch
  if (fileset) requireFileset(registry, workspace, fileset)
  // The name stands for any: what remains is about the fields.
  const [refusal] = creationRefusals({ ...fields, name: 'any', trust_remote_code: false }, { workspace })
  if (refusal !== undefined) throw new HttpError(refusal.status, refusal.detail)
  return fileset === null || fileset === undefined ? undefined : requireFiles(registry, workspace, fileset)
}

function patchedFields(
  fields: ModelFields,
  { backend_format, base_model, prompt, spec, ...others }: UpdateModelEntityRequest,
  derived: ModelSpec | undefined,
): ModelFields {
  const given = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== null))
  return {
    ...fields,
    ...given,
    ...(derived && { spec: derived }),
    ...(spec && { spec: specOfCaller(spec) }),
    ...(base_model !== null && { base_model: base_model || null }),
    ...(prompt && { prompt: withoutNullExtras(prompt) }),
    ...(backend_format !== UNCHANGED && backend_format !== undefined && { backend_format }),
  }
}

/** The platform drops the nulls of a patch. The fields that a definition has come back as nulls, but free parameters do not. */
function withoutNullExtras(prompt: NonNullable<ModelEntity['prompt']>): NonNullable<ModelEntity['prompt']> {
  if (!prompt.inference_params) return prompt
  const own = ['model', 'temperature', 'max_tokens', 'max_completion_tokens', 'top_p', 'stop']
  const kept = Object.entries(prompt.inference_params).filter(([name, value]) => value !== null || own.includes(name))
  return { ...prompt, inference_params: Object.fromEntries(kept) }
}
