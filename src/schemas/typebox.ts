/**
 * What the definitions are made with: `@sinclair/typebox` 0.34. `typebox-1/typebox.ts` has the same names for `typebox` 1, and the same
 * definitions are generated for it from the files here. Only what the two do differently is written out.
 */
import {
  Kind,
  Object as ObjectOf,
  type ObjectOptions,
  type SchemaOptions,
  type Static,
  type TObject,
  type TProperties,
  type TSchema,
  Unsafe,
} from '@sinclair/typebox'
import { patternOfTexts } from './pattern-of-texts.js'

export {
  Any,
  Array,
  Boolean,
  Integer,
  Null,
  Number,
  Object,
  Optional,
  Record,
  type Static,
  String,
  type TSchema,
  Union,
  Unknown,
} from '@sinclair/typebox'

/** One of some texts. TypeBox 0.34 has no kind with the keyword `enum`, so it checks the pattern, and JSON Schema checks both. */
export function Enum<const Text extends string>(texts: readonly Text[], options: SchemaOptions) {
  const schema = Unsafe<Text>({ ...options, [Kind]: 'String', type: 'string', pattern: patternOfTexts(texts) })
  return globalThis.Object.assign(schema, { enum: [...texts] })
}

/** A schema with annotations of its own beside it: a union of one, which TypeBox 0.34 would not keep. */
export function Alias<Schema extends TSchema>(schema: Schema, options: SchemaOptions) {
  return globalThis.Object.assign(Unsafe<Static<Schema>>({ ...options, [Kind]: 'Union' }), { anyOf: [schema] })
}

/** An object that keeps extra fields, in its type too. */
export function OpenObject<Properties extends TProperties>(
  properties: Properties,
  options: ObjectOptions,
): TOpenObject<Properties> {
  return ObjectOf(properties, { ...options, additionalProperties: true }) as TOpenObject<Properties>
}

/** The type of {@link OpenObject}. */
export interface TOpenObject<Properties extends TProperties> extends TObject<Properties> {
  additionalProperties: true
  static: TObject<Properties>['static'] & { [key: string]: unknown }
}
