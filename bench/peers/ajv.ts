import { Ajv, type AnySchemaObject, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import { type Definition, withoutNull } from './definition.js'
import { isNormalUrl, isUtcDateTime } from './formats.js'
import type { Peer } from './peer.js'

/** Ajv as most people set it up: the schema as it is, formats from ajv-formats. */
export function ajvWithFormats(definition: Definition): Peer {
  const make = (allErrors: boolean) => {
    return addFormats.default(new Ajv({ strict: false, allErrors })).compile(asJson(definition))
  }
  return peer('Ajv, ajv-formats', make)
}

/** Ajv with `type: ["x", "null"]` in place of `anyOf`, and with this package's formats in place of ajv-formats. */
export function ajvTuned(definition: Definition): Peer {
  const make = (allErrors: boolean) =>
    new Ajv({ strict: false, allErrors, formats: FORMATS }).compile(withTypeLists(definition))
  return peer('Ajv, tuned', make)
}

/** A definition as the JSON document that it is, without the patterns that repeat an `enum` for TypeBox. */
export function asJson(definition: Definition): AnySchemaObject {
  return JSON.parse(JSON.stringify(definition, (_, part) => (part?.['enum'] ? { ...part, pattern: undefined } : part)))
}

function peer(name: string, make: (allErrors: boolean) => ValidateFunction): Peer {
  const first = make(false)
  const all = make(true)
  return { name, is: (value) => first(value), errors: (value) => (all(value) ? [] : (all.errors ?? [])) }
}

const FORMATS = {
  'date-time': { type: 'string', validate: isUtcDateTime },
  uri: { type: 'string', validate: isNormalUrl },
  double: true,
} as const

function withTypeLists(definition: Definition): AnySchemaObject {
  const { definition: held, nullable } = withoutNull(definition)
  const { properties, items, type, pattern, ...rest } = held
  return {
    ...rest,
    ...(type !== undefined && { type: nullable ? [type, 'null'] : type }),
    ...(nullable && rest.enum !== undefined && { enum: [...rest.enum, null] }),
    ...(pattern !== undefined && rest.enum === undefined && { pattern }),
    ...(items !== undefined && { items: withTypeLists(items) }),
    ...(properties !== undefined && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, withTypeLists(field)])),
    }),
  }
}
