import * as nulls from './nulls.js'
import type { PlainObject } from './plain-data.js'

/**
 * Which of the two descriptions of the API is written.
 *
 * - `service`: everything that the service checks, with `null` where it takes it
 * - `page`: what the API page shows, which leaves out the extra constraints and most nulls
 */
export type Variant = (typeof VARIANTS)[number]

/** Both variants. */
export const VARIANTS = ['service', 'page'] as const

/** The dialects of JSON Schema that can be written: the current one, and the one that most tools still read. */
export type Dialect = keyof typeof DIALECTS

/** The versions of OpenAPI that can be written. */
export type OpenApiVersion = keyof typeof OPENAPI_VERSIONS

/** How schemas are written in one language: all that JSON Schema's dialects and OpenAPI's versions differ in. */
export interface Style {
  /** Where named definitions stand, as the beginning of a `$ref`. */
  readonly definitions: string
  /** Whether keywords beside a `$ref` count; where they do not, the reference is wrapped. */
  readonly refSiblings: boolean
  /** A schema that takes `null` as well. */
  readonly orNull: (schema: PlainObject) => PlainObject
}

/** The dialects: their styles, the URI that names them, and the keyword that holds local definitions. */
export const DIALECTS = {
  '2020-12': {
    uri: 'https://json-schema.org/draft/2020-12/schema',
    keyword: '$defs',
    definitions: '#/$defs/',
    refSiblings: true,
    orNull: nulls.byType,
  },
  'draft-07': {
    uri: 'http://json-schema.org/draft-07/schema#',
    keyword: 'definitions',
    definitions: '#/definitions/',
    refSiblings: false,
    orNull: nulls.byType,
  },
} as const satisfies Record<string, Style & { uri: string; keyword: string }>

/** The versions of OpenAPI: 3.1 is JSON Schema 2020-12, 3.0 a relative of draft-05 with a `nullable` of its own. */
export const OPENAPI_VERSIONS = {
  '3.1': { version: '3.1.0', definitions: '#/components/schemas/', refSiblings: true, orNull: nulls.byType },
  '3.0': { version: '3.0.3', definitions: '#/components/schemas/', refSiblings: false, orNull: nulls.byKeyword },
} as const satisfies Record<string, Style & { version: string }>

/** The names in one of these tables, for a choice among them. */
export function namesOf<Table extends object>(table: Table): (keyof Table & string)[] {
  // `Object.keys` says `string[]`, as an object may have more keys than its type; a constant table has just these.
  return Object.keys(table) as (keyof Table & string)[]
}
