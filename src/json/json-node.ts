/** The tree of a JSON text, with the position of each node. */

/** A span of the text in UTF-16 offsets. The end is exclusive. */
interface Span {
  readonly start: number
  readonly end: number
}

/** `{ … }`: all entries in order, including duplicate keys. */
export interface JsonObject extends Span {
  readonly kind: 'object'
  readonly entries: readonly JsonEntry[]
}

/** One `"key": value` of an object. `keyStart` is at the opening quote, `keyEnd` after the closing one. */
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

/** `"…"`, with escapes resolved. Lone surrogates are kept. */
export interface JsonString extends Span {
  readonly kind: 'string'
  readonly value: string
}

/**
 * A number. An integer that a JavaScript number cannot hold is a `bigint`. A number with a fraction or an
 * exponent is always a `number`. `text` is the number as written.
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

/** A JSON value with its span in the text. */
export type JsonNode = JsonObject | JsonArray | JsonString | JsonNumber | JsonBoolean | JsonNull
