import { FormatRegistry, type TSchema, Type } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { fastFormats } from 'ajv-formats/dist/formats.js'
import { MODEL_REFERENCE_FORMAT } from '../../src/schemas/index.js'
import type { Definition } from './definition.js'
import { isModelReference } from './formats.js'
import { isOptional, type Peer } from './peer.js'

/** TypeBox 0.34's compiler, which brings no formats: it is given the fast ones of ajv-formats. */
export function typeboxCompiler(definition: Definition): Peer {
  FormatRegistry.Set(MODEL_REFERENCE_FORMAT, isModelReference)
  for (const name of ['date-time', 'uri'] as const) FormatRegistry.Set(name, textCheck(name))
  const compiled = TypeCompiler.Compile(convert(definition))
  return {
    name: 'TypeBox 0.34 compiler',
    is: (value) => compiled.Check(value),
    errors: (value) => [...compiled.Errors(value)],
  }
}

/** The cheaper of ajv-formats' two forms: a regular expression each. */
function textCheck(name: 'date-time' | 'uri'): (text: string) => boolean {
  const format = fastFormats[name]
  const check = typeof format === 'object' && 'validate' in format ? format.validate : format
  if (!(check instanceof RegExp)) throw new TypeError(`ajv-formats has no regular expression for ${name}`)
  return (text) => check.test(text)
}

function convert(definition: Definition): TSchema {
  const { type, anyOf, items, properties, minimum, maximum, maxLength, pattern, format } = definition
  if (anyOf !== undefined) return Type.Union(anyOf.map(convert))
  if (definition.enum !== undefined) return Type.Union(definition.enum.map((member) => Type.Literal(member)))
  if (type === 'array' && items !== undefined) return Type.Array(convert(items))
  if (type === 'object' && properties === undefined) return Type.Record(Type.String(), Type.Unknown())
  if (type === 'object') return Type.Object(fieldsOf(definition))
  if (type === 'string') {
    return Type.String({
      ...(maxLength !== undefined && { maxLength }),
      ...(pattern !== undefined && { pattern }),
      ...(format !== undefined && { format }),
    })
  }
  const bounds = { ...(minimum !== undefined && { minimum }), ...(maximum !== undefined && { maximum }) }
  if (type === 'integer') return Type.Integer(bounds)
  if (type === 'number') return Type.Number(bounds)
  if (type === 'boolean') return Type.Boolean()
  return type === 'null' ? Type.Null() : Type.Unknown()
}

function fieldsOf(definition: Definition): Record<string, TSchema> {
  return Object.fromEntries(
    Object.entries(definition.properties ?? {}).map(([name, field]) => {
      const converted = convert(field)
      return [name, isOptional(definition, name) ? Type.Optional(converted) : converted]
    }),
  )
}
