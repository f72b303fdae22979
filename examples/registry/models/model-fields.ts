import type { CreateModelEntityRequest, ModelEntity, ModelSpec } from 'model-entity'

/** What a model consists of besides its identity and its adapters. */
export type ModelFields = Omit<ModelEntity, keyof Identity | 'adapters'>

/** What the registry gives a model. */
export interface Identity {
  readonly id: string
  readonly workspace: string
  readonly name: string
  readonly created_at: string
  readonly updated_at: string
}

/** The fields of a new model. Nulls and empty texts are stored as what the platform takes them for. */
export function fieldsOf(request: CreateModelEntityRequest): ModelFields {
  const { name: _, ...fields } = request
  return {
    ...fields,
    spec: specOfCaller(request.spec),
    base_model: request.base_model || null,
    custom_fields: request.custom_fields ?? {},
    model_providers: request.model_providers ?? [],
    trust_remote_code: request.trust_remote_code ?? false,
  }
}

/**
 * A spec that a caller sent. Like the platform, the registry does not keep his numbers of GPUs: it answers with its own, which it derives
 * from a checkpoint, or with none.
 */
export function specOfCaller(spec: ModelSpec | null | undefined): ModelSpec | null {
  return spec ? { ...spec, minimum_gpus_all_weights: null, minimum_gpus_lora: null } : null
}

/** A whole model, its fields in the platform's order. */
export function entityOf(identity: Identity, fields: ModelFields, adapters: ModelEntity['adapters']): ModelEntity {
  const { id, name, workspace, created_at, updated_at } = identity
  const { project, description, spec, finetuning_type, fileset, trust_remote_code, base_model } = fields
  const { api_endpoint, backend_format, prompt, custom_fields, ownership, model_providers } = fields
  return {
    ...{ id, name, workspace, project, created_at, updated_at, description, spec, finetuning_type, fileset },
    ...{ trust_remote_code, base_model, api_endpoint, backend_format, adapters, prompt },
    ...{ custom_fields, ownership, model_providers },
  } as ModelEntity
}

/** A model as it is answered unless `verbose` is set: without its linear layers, which can be hundreds. */
export function withoutLayers(model: ModelEntity): ModelEntity {
  return model.spec ? { ...model, spec: { ...model.spec, linear_layers: null } } : model
}
