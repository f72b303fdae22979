import type { components } from './generated/openapi-types.js'

/** The schemas by name: `Schemas['ModelEntity']`. */
export type Schemas = components['schemas']
