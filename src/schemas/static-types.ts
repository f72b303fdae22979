/**
 * The static types of a definition: what may be given, and what validation answers. They read JSON Schema keywords, and so hold for
 * the definitions of both generations of TypeBox, and for plain JSON Schema written `as const`.
 */

/** What may be given for a schema: fields with a default may be left out. The `Static` of TypeBox. */
export type InputOf<Schema> = Schema extends Sinclair ? StaticOf<Schema> : TypeOf<Schema, 'input'>

/** What validation answers for a schema: defaults and nulls are filled in. */
export type ValueOf<Schema> = TypeOf<Schema, 'value'>

/** Which of the two types is asked for. */
type Side = 'input' | 'value'

/** A definition of `@sinclair/typebox`, which carries its own static type. */
interface Sinclair {
  readonly params: unknown[]
  readonly static: unknown
}

type StaticOf<Schema extends Sinclair> = (Schema & { params: [] })['static']

type TypeOf<Schema, S extends Side> = Schema extends { readonly '~unsafe': infer Type }
  ? Type
  : Schema extends { readonly const: infer Literal }
    ? Literal
    : Schema extends { readonly enum: readonly (infer Literal)[] }
      ? Literal
      : Schema extends { readonly anyOf: readonly (infer Member)[] }
        ? TypeOf<Member, S>
        : Schema extends { readonly allOf: infer Parts }
          ? Flat<AllOf<Parts, S>>
          : Schema extends { readonly properties: infer Properties }
            ? Flat<Fields<Schema, Properties, S> & Extras<Schema>>
            : ByType<Schema, S>

type ByType<Schema, S extends Side> = Schema extends { readonly type: 'array'; readonly items: infer Items }
  ? Items extends readonly unknown[]
    ? Tuple<Items, S>
    : TypeOf<Items, S>[]
  : Schema extends { readonly type: 'array'; readonly prefixItems: infer Items }
    ? Tuple<Items, S>
    : Schema extends { readonly type: 'object'; readonly patternProperties: infer Patterns }
      ? { [key: string]: TypeOf<Patterns[keyof Patterns], S> }
      : Schema extends { readonly type: 'object'; readonly additionalProperties: infer Values extends object }
        ? { [key: string]: TypeOf<Values, S> }
        : Schema extends { readonly type: infer Name extends keyof Scalars }
          ? Scalars[Name]
          : Schema extends Sinclair
            ? StaticOf<Schema>
            : unknown

interface Scalars {
  readonly boolean: boolean
  readonly integer: number
  readonly null: null
  readonly number: number
  readonly string: string
}

type Tuple<Items, S extends Side> = Items extends readonly [infer First, ...infer Rest]
  ? [TypeOf<First, S>, ...Tuple<Rest, S>]
  : []

type AllOf<Parts, S extends Side> = Parts extends readonly [infer First, ...infer Rest]
  ? TypeOf<First, S> & AllOf<Rest, S>
  : unknown

type Fields<Schema, Properties, S extends Side> = {
  -readonly [Key in keyof Properties as IsAbsent<Schema, Properties, Key, S> extends true ? never : Key]: TypeOf<
    Properties[Key],
    S
  >
} & {
  -readonly [Key in keyof Properties as IsAbsent<Schema, Properties, Key, S> extends true ? Key : never]?: TypeOf<
    Properties[Key],
    S
  >
}

/** The extra fields that an object keeps. */
type Extras<Schema> = Schema extends { readonly additionalProperties: true } ? { [key: string]: unknown } : unknown

/** Whether a field may be absent: from a value, only if it has neither a default nor null to be filled with. */
type IsAbsent<Schema, Properties, Key extends keyof Properties, S extends Side> =
  IsOptional<Schema, Properties[Key], Key> extends false
    ? false
    : S extends 'input'
      ? true
      : Properties[Key] extends { readonly default: unknown }
        ? false
        : null extends TypeOf<Properties[Key], S>
          ? false
          : true

/** Whether a definition says that a field is optional: TypeBox in the types, plain JSON Schema in `required`. */
type IsOptional<Schema, Property, Key> = Schema extends { readonly static: infer Static }
  ? IsOptionalKey<Static, Key>
  : Schema extends { readonly '~kind': unknown }
    ? Property extends { readonly '~optional': true }
      ? true
      : false
    : Schema extends { readonly required: readonly (infer Required)[] }
      ? Key extends Required
        ? false
        : true
      : true

type IsOptionalKey<Type, Key> = Key extends keyof Type
  ? Record<never, unknown> extends Pick<Type, Key>
    ? true
    : false
  : true

/** The same type, written as one object. */
type Flat<Type> = { [Key in keyof Type]: Type[Key] }
