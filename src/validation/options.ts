import { choice, integer, limit, listOf, nullable, type OptionTable, oneOf, text } from '../options/index.js'
import type { ValidateJsonOptions, ValidateOptions } from './result.js'

/** The options of a call without options. Nothing to check. */
export const DEFAULTS: Readonly<Record<never, never>> = {}

/** The options that `validate` accepts. */
export const VALIDATE_OPTIONS: OptionTable<ValidateOptions> = {
  mode: choice(['lax', 'strict']),
  loc: listOf(oneOf(text, integer(0))),
  maxErrors: limit(0),
  maxDepth: limit(0),
}

/** The options that `validateJson` accepts. */
export const VALIDATE_JSON_OPTIONS: OptionTable<ValidateJsonOptions> = {
  ...VALIDATE_OPTIONS,
  contentType: nullable(text),
}
