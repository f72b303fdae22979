import type { SchemaName } from './registry.js'

/** Creates a model, the operation of the API page: `POST /apis/models/v2/workspaces/{workspace}/models`. */
export const CREATE_MODEL = {
  method: 'post',
  path: '/apis/models/v2/workspaces/{workspace}/models',
  operationId: 'create-model-apis-models-v-2-workspaces-workspace-models-post',
  summary: 'Create Model',
  description:
    'Create a new model entity.\n\nThis endpoint creates a new Model Entity in the Models service database.\nThe Model Entity will be registered for use within the platform.',
  tags: ['subpackage_models'],
  parameters: [{ name: 'workspace', in: 'path', required: true, schema: { type: 'string' } }],
  requestBody: 'CreateModelEntityRequest',
  responses: {
    201: { description: 'Create a new model entity', schema: 'ModelEntity' },
    422: { description: 'Validation Error', schema: 'HTTPValidationError' },
  },
  refusals: {
    400: 'The body cannot be read, the fileset reference is malformed or not found, or the workspace name is not valid',
    403: 'Not allowed to trust remote code, or to set a tool-call plugin',
    409: 'A model with this name already exists in the workspace',
  },
} as const satisfies Operation

/** Every operation. The OpenAPI documents and their types have them all: to add one, define it above and name it here. */
export const OPERATIONS: readonly Operation[] = [CREATE_MODEL]

/** An operation of the API. Bodies are given by the name of their definition. */
export interface Operation {
  readonly method: string
  readonly path: string
  readonly operationId: string
  readonly summary: string
  readonly description: string
  readonly tags: readonly string[]
  readonly parameters: readonly { name: string; in: string; required: boolean; schema: { type: string } }[]
  /** Absent if the operation has no body. */
  readonly requestBody?: SchemaName
  readonly responses: Readonly<Record<number, { description: string; schema: SchemaName }>>
  /** Responses of the service that the API page does not mention, with a body `{ "detail": "…" }`. */
  readonly refusals: Readonly<Record<number, string>>
}
