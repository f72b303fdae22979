import { Adapter, CreateModelEntityRequest, type ModelEntity } from 'model-entity'

/**
 * The bodies of the routes that the package has no definition for, as JSON Schema. Their fields are those of the package's definitions, so
 * that they are checked and worded in the same way.
 */

const {
  name: _name,
  project: _project,
  trust_remote_code: _trust,
  ...ENTITY_FIELDS
} = CreateModelEntityRequest.properties

/** The default of `backend_format` in a patch. Only this field can be cleared with null, so null and absent differ. */
export const UNCHANGED = 'unchanged'

/** The body of `PATCH …/models/{name}`. A field that is null or absent stays as it is. */
export const UpdateModelEntityRequest = {
  title: 'UpdateModelEntityRequest',
  description: 'Request model for updating Model Entity metadata.',
  type: 'object',
  properties: {
    ...ENTITY_FIELDS,
    backend_format: { ...ENTITY_FIELDS.backend_format, default: UNCHANGED },
    model_providers: { ...ENTITY_FIELDS.model_providers, default: null },
    trust_remote_code: nullable({ type: 'boolean' }, 'Whether to trust remote code to load this model checkpoint.'),
  },
} as const

export type UpdateModelEntityRequest = {
  readonly [Field in Exclude<keyof typeof UpdateModelEntityRequest.properties, 'backend_format'>]:
    | ModelEntity[Field]
    | null
} & { readonly backend_format: ModelEntity['backend_format'] | typeof UNCHANGED }

const {
  workspace: _workspace,
  model: _model,
  created_at: _created,
  updated_at: _updated,
  ...ADAPTER_FIELDS
} = Adapter.properties

/** The body of `POST …/models/{name}/adapters`. */
export const CreateModelAdapterRequest = {
  title: 'CreateModelAdapterRequest',
  description: 'Request body for adapter creation. The base model comes from the URL path, not the body.',
  type: 'object',
  properties: ADAPTER_FIELDS,
  required: ['name', 'fileset', 'finetuning_type'],
} as const

export type CreateModelAdapterRequest = Pick<Adapter, keyof typeof CreateModelAdapterRequest.properties>

/** The body of `PATCH …/adapters/{adapter}`. A field that is null or absent stays as it is. */
export const UpdateAdapterRequest = {
  title: 'UpdateAdapterRequest',
  description: 'Request model for updating adapter metadata.',
  type: 'object',
  properties: {
    description: ADAPTER_FIELDS.description,
    enabled: nullable({ type: 'boolean' }, 'Whether to make this adapter available for inference'),
    fileset: nullable({ type: 'string' }, 'Updated fileset for the adapter'),
  },
} as const

export interface UpdateAdapterRequest {
  readonly description: string | null
  readonly enabled: boolean | null
  readonly fileset: string | null
}

function nullable(schema: object, description: string | undefined): object {
  return { anyOf: [schema, { type: 'null' }], ...(description !== undefined && { description }) }
}
