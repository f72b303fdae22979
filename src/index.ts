/**
 * One name for each task, and the definitions. What a task is made of stands in the subpaths: `model-entity/architecture` walks module
 * trees, `model-entity/references` tests names, `model-entity/json` reads JSON with positions.
 */

export { type RequestOptions, type RequestResult, redact, standardSchema, validateRequest } from './adapters/index.js'
export {
  type Architecture,
  architectureFromConfig,
  CheckpointError,
  type CheckpointErrorCode,
  type ConfigObject,
} from './architecture/index.js'
export {
  architectureFromSafetensors,
  type CheckpointArchitecture,
  type CheckpointComparison,
  compareCheckpoint,
  modelSpecFromConfig,
  type SpecExtras,
  type SpecWithNotes,
} from './checkpoint/index.js'
export {
  countLoraParameters,
  countParameters,
  countTrainableParameters,
  estimateMemory,
  ForwardPassError,
  type Gpu,
  type GpuPlan,
  type LoraCount,
  type LoraOptions,
  type MemoryEstimate,
  type MemoryOptions,
  type MinimumGpus,
  minimumGpus,
  type ParameterCount,
  type PlanOptions,
  planGpus,
  planServing,
  type ServingOptions,
  type ServingPlan,
} from './estimate/index.js'
export {
  type Dialect,
  type JsonSchemaOptions,
  jsonSchema,
  type OpenApiDocument,
  type OpenApiOptions,
  type OpenApiVersion,
  openapi,
  type Variant,
} from './export/index.js'
export { type Finding, type LintOptions, lint, type Severity } from './lint/index.js'
export { type CheckManifestOptions, checkManifest, type Diagnostic, type ManifestCheck } from './manifest/index.js'
export {
  type FilesetRef,
  formatFilesetRef,
  formatInferenceModelId,
  formatModelProviderRef,
  formatModelRef,
  type InferenceModelId,
  type ModelProviderRef,
  type ModelRef,
  parseFilesetRef,
  parseInferenceModelId,
  parseModelProviderRef,
  parseModelRef,
  parseName,
  parseProjectUrn,
  type ReferenceResult,
} from './references/index.js'
export {
  Adapter,
  APIEndpointData,
  BackendFormat,
  CreateModelEntityRequest,
  FinetuningType,
  HTTPValidationError,
  InferenceParams,
  LinearLayerSpec,
  Lora,
  MambaConfig,
  ModelEntity,
  ModelSpec,
  MoEConfig,
  PromptData,
  SCHEMA_NAMES,
  type SchemaName,
  SlidingWindowConfig,
  ToolCallConfig,
  ValidationError,
  ValidationErrorLocItems,
} from './schemas/index.js'
export {
  type ErrorDetail,
  fieldErrors,
  is,
  type Model,
  type ModelInput,
  type ModelValue,
  requestValidationBody,
  type ValidateJsonOptions,
  type ValidateOptions,
  type ValidationResult,
  validate,
  validateJson,
} from './validation/index.js'
