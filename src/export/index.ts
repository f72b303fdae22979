export { type JsonSchemaOptions, jsonSchema } from './json-schema.js'
export { type OpenApiDocument, type OpenApiOptions, openapi } from './openapi.js'
export type { PlainObject, PlainValue } from './plain-data.js'
export type { Dialect, OpenApiVersion, Variant } from './style.js'
