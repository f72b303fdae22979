/** What the generated definitions are made with: `typebox` 1, with the names of `../typebox.ts`. */
import {
  Enum as EnumOf,
  Object as ObjectOf,
  type TObject,
  type TObjectOptions,
  type TProperties,
  type TSchema,
  type TSchemaOptions,
  Union,
} from 'typebox'
import { patternOfTexts } from '../pattern-of-texts.js'
import type { InputOf } from '../static-types.js'

export {
  Array,
  Boolean,
  Integer,
  Null,
  Number,
  Object,
  Optional,
  Record,
  String,
  type TSchema,
  Union,
  Unknown,
} from 'typebox'

/** The static type of a definition. That of TypeBox 1 has no extra fields. */
export type Static<Schema> = InputOf<Schema>

/** One of some texts. */
export function Enum<const Text extends string>(texts: readonly Text[], options: TSchemaOptions) {
  return EnumOf<Text[]>([...texts], { ...options, type: 'string', pattern: patternOfTexts(texts) })
}

/** A schema with annotations of its own beside it. */
export function Alias<Schema extends TSchema>(schema: Schema, options: TSchemaOptions) {
  return Union([schema], options)
}

/** An object that keeps extra fields, in its type too. */
export function OpenObject<Properties extends TProperties>(
  properties: Properties,
  options: TObjectOptions,
): TOpenObject<Properties> {
  return ObjectOf(properties, { ...options, additionalProperties: true }) as TOpenObject<Properties>
}

/** The type of {@link OpenObject}. */
export type TOpenObject<Properties extends TProperties> = TObject<Properties> & { additionalProperties: true }
