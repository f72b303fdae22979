import * as Type from 'typebox'

/**
 * An optional field that may be `null`, as nearly every optional field of the service without a default may.
 *
 * @param schema - what the field holds when it is not null
 * @param options - the description of the field, which is not that of `schema`, and what an absent field is when it is not null
 */
export function nullable<Schema extends Type.TSchema>(
  schema: Schema,
  options: { description?: string; default?: unknown } = {},
): Type.TOptional<Type.TUnion<[Schema, Type.TNull]>> {
  return Type.Optional(Type.Union([schema, Type.Null()], options))
}

/** A required field of a definition that has a name of its own, described in the words of the field. */
export function described<Schema extends Type.TSchema>(schema: Schema, description: string): Type.TUnion<[Schema]> {
  return Type.Union([schema], { description })
}
