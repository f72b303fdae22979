/**
 * Validates requests in servers. To read the code top-down: start with `validate-request.ts`. `check-body.ts` decides what to answer, and there
 * is one file for each framework.
 */

export { redact } from './redact.js'
export type { RefusedRequest, RequestOptions } from './request-options.js'
export { type StandardSchemaOptions, standardSchema } from './standard-schema.js'
export type {
  StandardConverter,
  StandardIssue,
  StandardJsonSchema,
  StandardProperties,
  StandardResult,
  StandardSchema,
  StandardTarget,
} from './standard-types.js'
export { type RequestResult, validateRequest } from './validate-request.js'
