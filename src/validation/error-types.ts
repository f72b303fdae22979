/** The values in the message and the `ctx` of an error. */
export type ErrorContext = Readonly<Record<string, unknown>>

/**
 * Every type of validation error, with pydantic's message. `{name}` is replaced by the context value with that name.
 * `json_invalid` and `missing` are also used by FastAPI itself.
 */
export const ERROR_TYPES = {
  bool_parsing: 'Input should be a valid boolean, unable to interpret input',
  bool_type: 'Input should be a valid boolean',
  date_from_datetime_inexact: 'Datetimes provided to dates should have zero time - e.g. be exact dates',
  date_from_datetime_parsing: 'Input should be a valid date or datetime, {error}',
  date_parsing: 'Input should be a valid date in the format YYYY-MM-DD, {error}',
  date_type: 'Input should be a valid date',
  datetime_from_date_parsing: 'Input should be a valid datetime or date, {error}',
  datetime_parsing: 'Input should be a valid datetime, {error}',
  datetime_type: 'Input should be a valid datetime',
  dict_type: 'Input should be a valid dictionary',
  enum: 'Input should be {expected}',
  extra_forbidden: 'Extra inputs are not permitted',
  finite_number: 'Input should be a finite number',
  float_parsing: 'Input should be a valid number, unable to parse string as a number',
  float_type: 'Input should be a valid number',
  greater_than: 'Input should be greater than {gt}',
  greater_than_equal: 'Input should be greater than or equal to {ge}',
  int_from_float: 'Input should be a valid integer, got a number with a fractional part',
  int_parsing: 'Input should be a valid integer, unable to parse string as an integer',
  int_parsing_size: 'Unable to parse input string as an integer, exceeded maximum size',
  int_type: 'Input should be a valid integer',
  json_invalid: 'JSON decode error',
  less_than: 'Input should be less than {lt}',
  less_than_equal: 'Input should be less than or equal to {le}',
  list_type: 'Input should be a valid list',
  literal_error: 'Input should be {expected}',
  missing: 'Field required',
  model_attributes_type: 'Input should be a valid dictionary or object to extract fields from',
  model_type: 'Input should be an object',
  string_pattern_mismatch: "String should match pattern '{pattern}'",
  string_too_long: 'String should have at most {max_length} character{s}',
  string_too_short: 'String should have at least {min_length} character{s}',
  string_type: 'Input should be a valid string',
  string_unicode: 'Input should be a valid string, unable to parse raw data as a unicode string',
  time_parsing: 'Input should be in a valid time format, {error}',
  time_type: 'Input should be a valid time',
  too_long: '{field_type} should have at most {max_length} item{s} after validation, not {actual_length}',
  too_short: '{field_type} should have at least {min_length} item{s} after validation, not {actual_length}',
  tuple_type: 'Input should be a valid tuple',
  url_parsing: 'Input should be a valid URL, {error}',
  url_syntax_violation: 'Input violated strict URL syntax rules, {error}',
  url_type: 'URL input should be a string or URL',
  uuid_parsing: 'Input should be a valid UUID, {error}',
  uuid_type: 'UUID input should be a string, bytes or UUID object',
  value_error: 'Value error, {error}',
} as const

/** The type of an error: a key of {@link ERROR_TYPES}. */
export type ErrorType = keyof typeof ERROR_TYPES

/** In strict mode, pydantic validates JSON, and two types have another message. */
const JSON_MESSAGES: Partial<Record<ErrorType, string>> = {
  dict_type: 'Input should be an object',
  list_type: 'Input should be a valid array',
  tuple_type: 'Input should be a valid array',
}

/** The message of an error, built from the template of its type and its context. */
export function messageOf(type: ErrorType, context?: ErrorContext, isStrict = false): string {
  const template: string = (isStrict ? JSON_MESSAGES[type] : undefined) ?? ERROR_TYPES[type]
  if (context === undefined) return template
  let message = ''
  let isName = false
  for (const piece of piecesOf(template)) {
    if (!isName) message += piece
    else message += piece === 's' ? plural(context) : String(context[piece])
    isName = !isName
  }
  return message
}

const PIECES = new Map<string, readonly string[]>()

/** A template split at its placeholders: texts and names alternate. */
function piecesOf(template: string): readonly string[] {
  let pieces = PIECES.get(template)
  if (pieces === undefined) {
    pieces = template.split(/\{([a-z_]+)\}/)
    PIECES.set(template, pieces)
  }
  return pieces
}

function plural(context: ErrorContext): string {
  return (context['max_length'] ?? context['min_length']) === 1 ? '' : 's'
}
