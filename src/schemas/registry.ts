import { Adapter } from './adapter.js'
import { APIEndpointData } from './api-endpoint-data.js'
import { BackendFormat } from './backend-format.js'
import { CreateModelEntityRequest } from './create-model-entity-request.js'
import { FinetuningType } from './finetuning-type.js'
import { HTTPValidationError } from './http-validation-error.js'
import { InferenceParams } from './inference-params.js'
import { LinearLayerSpec } from './linear-layer-spec.js'
import { Lora } from './lora.js'
import { MambaConfig } from './mamba-config.js'
import { ModelEntity } from './model-entity.js'
import { ModelSpec } from './model-spec.js'
import { MoEConfig } from './moe-config.js'
import { PromptData } from './prompt-data.js'
import { SlidingWindowConfig } from './sliding-window-config.js'
import { ToolCallConfig } from './tool-call-config.js'
import { ValidationError } from './validation-error.js'
import { ValidationErrorLocItems } from './validation-error-loc-items.js'

/** Every definition by name, in the order of the API page. */
export const SCHEMAS = {
  MoEConfig,
  MambaConfig,
  SlidingWindowConfig,
  LinearLayerSpec,
  ToolCallConfig,
  ModelSpec,
  FinetuningType,
  APIEndpointData,
  BackendFormat,
  InferenceParams,
  PromptData,
  CreateModelEntityRequest,
  Lora,
  Adapter,
  ModelEntity,
  ValidationErrorLocItems,
  ValidationError,
  HTTPValidationError,
} as const

/** The name of a definition: `'ModelEntity'`, `'ModelSpec'`, … */
export type SchemaName = keyof typeof SCHEMAS

/** The names of all definitions, in the order of the API page. */
export const SCHEMA_NAMES = Object.keys(SCHEMAS) as SchemaName[]

/** Whether a text is the name of a definition. */
export function isSchemaName(text: string): text is SchemaName {
  return Object.hasOwn(SCHEMAS, text)
}
