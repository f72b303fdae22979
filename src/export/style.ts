import * as nulls from './nulls.js'
import type { PlainObject } from './plain-data.js'

/**
 * Which of the two descriptions of the API to write.
 *
 * - `service`: everything that the service checks, with `null` where the service accepts it
 * - `page`: what the API page shows, without the extra constraints and most nulls
 */
export type Variant = (typeof VARIANTS)[number]

/** Both variants. */
export const VARIANTS = ['service', 'page'] as const

/** The supported dialects of JSON Schema: the current one, and the one that most tools still use. */
export type Dialect = keyof typeof DIALECTS

/** The supported versions of OpenAPI. */
export type OpenApiVersion = keyof typeof OPENAPI_VERSIONS

/** How to write schemas: the differences between the dialects of JSON Schema and the versions of OpenAPI. */
export interface Style {
  /** Where named definitions are: the start of a `$ref`. */
  readonly definitions: string
  /** Whether keywords next to a `$ref` count. If not, the reference is wrapped. */
  readonly refSiblings: boolean
  /** Whether an object may be a default. If not, the default is left out. */
  readonly objectDefaults: boolean
  /** The keyword for the items of a tuple. The others are then `items`, or `additionalItems`. */
  readonly tuple: 'prefixItems' | 'items'
  /** Makes a schema accept `null` as well. */
  readonly orNull: (schema: PlainObject) => PlainObject
}

/** The dialects: style, identifying URI, and the keyword for local definitions. */
export const DIALECTS = {
  '2020-12': {
    uri: 'https://json-schema.org/draft/2020-12/schema',
    keyword: '$defs',
    definitions: '#/$defs/',
    refSiblings: true,
    objectDefaults: true,
    tuple: 'prefixItems',
    orNull: nulls.byType,
  },
  'draft-07': {
    uri: 'http://json-schema.org/draft-07/schema#',
    keyword: 'definitions',
    definitions: '#/definitions/',
    refSiblings: false,
    objectDefaults: true,
    tuple: 'items',
    orNull: nulls.byType,
  },
} as const satisfies Record<string, Style & { uri: string; keyword: string }>

/**
 * The versions of OpenAPI. 3.1 is JSON Schema 2020-12; 3.0 is close to draft-05, with its own `nullable`. Neither has a default that is
 * an object: ogen stops at one, and the platform's own document has none.
 */
export const OPENAPI_VERSIONS = {
  '3.1': {
    version: '3.1.0',
    definitions: '#/components/schemas/',
    refSiblings: true,
    objectDefaults: false,
    tuple: 'prefixItems',
    orNull: nulls.byType,
  },
  '3.0': {
    version: '3.0.3',
    definitions: '#/components/schemas/',
    refSiblings: false,
    objectDefaults: false,
    tuple: 'items',
    orNull: nulls.byKeyword,
  },
} as const satisfies Record<string, Style & { version: string }>

/** The keys of one of these tables, as a list of choices. */
export function namesOf<Table extends object>(table: Table): (keyof Table & string)[] {
  // `Object.keys` returns `string[]`, because an object may have more keys than its type. These constant tables do not.
  return Object.keys(table) as (keyof Table & string)[]
}
