/** What the reader makes of a JSON text: a tree that knows where each of its parts is written. */

/** A place in the text: UTF-16 offsets, the end exclusive. */
interface Span {
  readonly start: number
  readonly end: number
}

/** `{ … }`: every entry as it is written, duplicates and all, in order. */
export interface JsonObject extends Span {
  readonly kind: 'object'
  readonly entries: readonly JsonEntry[]
}

/** One `"key": value` of an object; `keyStart` is at the opening quote, `keyEnd` behind the closing one. */
export interface JsonEntry {
  readonly key: string
  readonly keyStart: number
  readonly keyEnd: number
  readonly value: JsonNode
}

/** `[ … ]`. */
export interface JsonArray extends Span {
  readonly kind: 'array'
  readonly items: readonly JsonNode[]
}

/** `"…"`, with its escapes resolved; a lone surrogate stays one. */
export interface JsonString extends Span {
  readonly kind: 'string'
  readonly value: string
}

/**
 * A number. An integer that a JavaScript number cannot hold is a `bigint`; a number written with a fraction or an
 * exponent is a `number`, whatever its size. `text` is the number as it is written.
 */
export interface JsonNumber extends Span {
  readonly kind: 'number'
  readonly value: number | bigint
  readonly text: string
}

/** `true` or `false`. */
export interface JsonBoolean extends Span {
  readonly kind: 'boolean'
  readonly value: boolean
}

/** `null`. */
export interface JsonNull extends Span {
  readonly kind: 'null'
}

/** A JSON value with its place in the text; `kind` tells which. */
export type JsonNode = JsonObject | JsonArray | JsonString | JsonNumber | JsonBoolean | JsonNull
