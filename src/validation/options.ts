import { choice, integer, limit, listOf, nullable, type OptionTable, oneOf, text } from '../options/index.js'
import type { ValidateJsonOptions, ValidateOptions } from './result.js'

/** What a function has that is given no options: there is nothing to check. */
export const DEFAULTS: Readonly<Record<never, never>> = {}

/** What the options of `validate` may be. */
export const VALIDATE_OPTIONS: OptionTable<ValidateOptions> = {
  mode: choice(['lax', 'strict']),
  loc: listOf(oneOf(text, integer(0))),
  maxErrors: limit(0),
  maxDepth: limit(0),
}

/** What the options of `validateJson` may be. */
export const VALIDATE_JSON_OPTIONS: OptionTable<ValidateJsonOptions> = {
  ...VALIDATE_OPTIONS,
  contentType: nullable(text),
}
