import { boolean, choice, integer, limit, listOf, nullable, type OptionTable, oneOf, text } from '../options/index.js'
import type { ValidateJsonOptions, ValidateOptions } from './result.js'

/** The options of a call without options. Nothing to check. */
export const DEFAULTS: Readonly<Record<never, never>> = {}

const mode = choice(['lax', 'strict'])
const loc = listOf(oneOf(text, integer(0)))
const many = limit(0)

/** What becomes of large integers in free fields. */
export const INTEGERS = choice(['refuse', 'bigint', 'number'])

/** The options that `validate` accepts. */
export const VALIDATE_OPTIONS: OptionTable<ValidateOptions> = {
  mode,
  loc,
  maxErrors: many,
  maxDepth: many,
  integers: INTEGERS,
  hideInput: boolean,
}

const contentType = /* @__PURE__ */ nullable(text)

/** The options that `validateJson` accepts. Bundlers keep a spread, even for a caller who imports only `validate`. */
export const VALIDATE_JSON_OPTIONS: OptionTable<ValidateJsonOptions> = {
  mode,
  loc,
  maxErrors: many,
  maxDepth: many,
  integers: INTEGERS,
  hideInput: boolean,
  contentType,
}
