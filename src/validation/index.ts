/**
 * Value and model in, the service's answer out. To read it top-down: `validate.ts` and `validate-json.ts` are the ways in, `check-value.ts`
 * takes the two steps (`fast-path/`, then `slow-path.ts`), `run.ts` carries a validation along, `kinds/` has one check a file.
 */

export { type CreationOptions, creationRefusals } from './creation/creation-refusals.js'
export { CREATION_REFUSALS, type CreationRefusal, type CreationRefusalReason } from './creation/refusal.js'
export type { RegistryState } from './creation/registry-state.js'
export { ERROR_TYPES, type ErrorType } from './error-types.js'
export { is } from './is.js'
export type { Model, ModelValue } from './plan/plan-of.js'
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
