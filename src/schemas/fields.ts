import * as Type from './typebox.js'

/**
 * An optional field that may be `null`, like nearly every optional field of the service without a default.
 *
 * @param schema - the schema of a value that is not null
 * @param options - the description of the field (not of `schema`), and its default if that is not null
 */
export function nullable<Schema extends Type.TSchema>(
  schema: Schema,
  options: { description?: string; default?: unknown } = {},
) {
  return Type.Optional(Type.Union([schema, Type.Null()], options))
}

/** A required field whose type is a named definition, with the description of the field. */
export function described<Schema extends Type.TSchema>(schema: Schema, description: string) {
  return Type.Alias(schema, { description })
}

/**
 * An optional field with a default, which `schema` has. TypeBox's static types do not tell defaults; this one does, so that the type of
 * a validated value has the field.
 */
export function defaulted<Schema extends Type.TSchema>(schema: Schema) {
  return Type.Optional(schema as Schema & { default: unknown })
}
