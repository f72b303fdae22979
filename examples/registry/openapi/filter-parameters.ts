import type { Json } from './json.js'

const FILTER_FIELDS = ['id', 'name', 'project', 'base_model', 'finetuning_type', 'description', 'fileset']

/** A comma divides a text into a list, which only `$in` and `$nin` take; a bracket or brace begins JSON. */
const PLAIN_TEXT: Json = { type: 'string', pattern: '^[^,{\\[][^,]*$' }

/** Nothing is a value to be equal to: fields that are null. */
const TEXT_OR_NOTHING: Json = { type: 'string', pattern: '^(?:[^,{\\[][^,]*)?$' }

/** One text, or several that commas divide. */
const TEXTS: Json = { type: 'string', pattern: '^(?:[^,{\\[][^,]*)?(?:,[^,]*)+$|^[^,{\\[][^,]*$' }

const OPERATORS: readonly (readonly [name: string, schema: Json, means: string])[] = [
  ['$eq', TEXT_OR_NOTHING, 'is the text; nothing for a field that is null'],
  ['$like', PLAIN_TEXT, 'contains the text'],
  ['$in', TEXTS, 'is one of the texts, which commas divide'],
  ['$nin', TEXTS, 'is none of the texts, which commas divide'],
]

/**
 * The conditions of a list: a parameter for each field and operator. One parameter in the style `deepObject` would be shorter, but its
 * empty and its nested values cannot be told apart in a URL. `filter[name]=llama` for `$eq`, JSON and the text form are read too.
 */
export const FILTER_PARAMETERS: readonly Json[] = FILTER_FIELDS.flatMap((field) =>
  OPERATORS.map(([operator, schema, means]) => ({
    name: `filter[${field}][${operator}]`,
    in: 'query',
    description: `Only models whose \`${field}\` ${means}.`,
    schema,
  })),
)
