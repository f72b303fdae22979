/**
 * Validates a value against a model and returns the result of the service. To read the code top-down: start with `validate.ts` and
 * `validate-json.ts`. `check-value.ts` runs the two steps (`fast-path/`, then `slow-path.ts`). `run.ts` has the state of a validation, and
 * `kinds/` one check per file.
 */

export { type CreationOptions, creationRefusals } from './creation/creation-refusals.js'
export { CREATION_REFUSALS, type CreationRefusal, type CreationRefusalReason } from './creation/refusal.js'
export type { RegistryState } from './creation/registry-state.js'
export { ERROR_TYPES, type ErrorType } from './error-types.js'
export { fieldErrors } from './field-errors.js'
export { is } from './is.js'
export type { Model, ModelInput, ModelValue } from './plan/model.js'
export { type RequestValidation, requestValidationBody } from './request-validation-body.js'
export type {
  ErrorDetail,
  Invalid,
  Unreadable,
  Valid,
  ValidateJsonOptions,
  ValidateOptions,
  ValidationResult,
} from './result.js'
export { validate } from './validate.js'
export { validateJson } from './validate-json.js'
export { type InvalidBody, validationErrorBody } from './validation-error-body.js'
