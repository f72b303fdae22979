import { boolean, checkOptions, limit, type OptionTable, typeName } from '../options/index.js'
import { type JsonError, jsonErrorAt } from './json-error.js'
import type { JsonArray, JsonEntry, JsonNode, JsonObject } from './json-node.js'
import { isIntegerTooLong, MAX_INTEGER_DIGITS, numberValue, scanNumber } from './scan-number.js'
import { scanString } from './scan-string.js'

/** Options of {@link readJson}. */
export interface ReadJsonOptions {
  /** The deepest allowed nesting of arrays and objects. Default: 1,000. */
  readonly maxDepth?: number
  /** Whether to accept `NaN`, `Infinity` and `-Infinity` as numbers, like Python's decoder. Default: `false`. */
  readonly constants?: boolean
}

/** The tree of a JSON text, or why the text is invalid. */
export type ReadJsonResult =
  | { readonly ok: true; readonly root: JsonNode }
  | { readonly ok: false; readonly error: JsonError }

/** The default depth limit. Close to what CPython's decoder allows inside the service. */
export const DEFAULT_MAX_DEPTH = 1000

/**
 * Reads a JSON text into a tree with positions. Errors have the place and the message of CPython 3.11's `json` decoder. A
 * byte order mark is an error: `decodeBody` removes it.
 *
 * Uses its own stack, so no text can overflow the call stack. Takes linear time.
 *
 * @throws TypeError if the text is not a string or an option is unknown
 * @throws RangeError if `maxDepth` is out of range
 * @example
 * readJson('{"a": 1,}')
 * // { ok: false, error: { code: 'json_invalid', message: 'Expecting property name enclosed in double quotes', offset: 8, position: 8 } }
 */
export function readJson(text: string, options: ReadJsonOptions = {}): ReadJsonResult {
  if (typeof text !== 'string') throw new TypeError(`the text should be a string, not ${typeName(text)}`)
  checkOptions(options, READ_JSON_OPTIONS)
  try {
    return { ok: true, root: new Reader(text, options).document() }
  } catch (stop) {
    if (stop instanceof Stop) return { ok: false, error: jsonErrorAt(stop.code, stop.message, text, stop.offset) }
    throw stop
  }
}

/** The options that `readJson` accepts. */
export const READ_JSON_OPTIONS: OptionTable<ReadJsonOptions> = { maxDepth: limit(0), constants: boolean }

/** An open object or array. For an object, with the key of the next value. */
type Open =
  | { readonly kind: 'object'; readonly start: number; readonly entries: JsonEntry[]; key: Key }
  | { readonly kind: 'array'; readonly start: number; readonly items: JsonNode[] }

type Key = Omit<JsonEntry, 'value'>

/** Stops the reader from any depth. Never leaves this file. */
class Stop extends Error {
  readonly code: JsonError['code']
  readonly offset: number

  constructor(code: JsonError['code'], message: string, offset: number) {
    super(message)
    this.code = code
    this.offset = offset
  }
}

class Reader {
  #at = 0
  readonly #open: Open[] = []
  readonly #text: string
  readonly #maxDepth: number
  readonly #constants: boolean

  constructor(text: string, { maxDepth = DEFAULT_MAX_DEPTH, constants = false }: ReadJsonOptions) {
    this.#text = text
    this.#maxDepth = maxDepth
    this.#constants = constants
  }

  document(): JsonNode {
    this.#skipBlanks()
    for (;;) {
      const begun = this.#valueOrOpening()
      const root = begun === undefined ? undefined : this.#complete(begun)
      if (root === undefined) continue
      this.#skipBlanks()
      if (this.#at < this.#text.length) throw this.#invalid('Extra data')
      return root
    }
  }

  /** A complete value, or undefined after opening an object or array that is not empty. */
  #valueOrOpening(): JsonNode | undefined {
    const start = this.#at
    const first = this.#text[start]
    if (first === '{') return this.#openObject(start)
    if (first === '[') return this.#openArray(start)
    return this.#scalar(start, first)
  }

  #openObject(start: number): JsonObject | undefined {
    this.#descend()
    if (this.#text[this.#at] === '}') return { kind: 'object', start, end: this.#advance(1), entries: [] }
    this.#open.push({ kind: 'object', start, entries: [], key: this.#key() })
    return undefined
  }

  #openArray(start: number): JsonArray | undefined {
    this.#descend()
    if (this.#text[this.#at] === ']') return { kind: 'array', start, end: this.#advance(1), items: [] }
    this.#open.push({ kind: 'array', start, items: [] })
    return undefined
  }

  #descend(): void {
    if (this.#open.length >= this.#maxDepth) {
      throw new Stop('too_deep', `Nested deeper than ${this.#maxDepth} arrays and objects`, this.#at)
    }
    this.#at += 1
    this.#skipBlanks()
  }

  /** Adds a value to the open container, closes containers that end here, and returns the root when none is open. */
  #complete(node: JsonNode): JsonNode | undefined {
    let done = node
    for (;;) {
      const parent = this.#open.at(-1)
      if (parent === undefined) return done
      if (parent.kind === 'object') parent.entries.push({ ...parent.key, value: done })
      else parent.items.push(done)
      this.#skipBlanks()
      const next = this.#text[this.#at]
      if (next === ',') {
        this.#at += 1
        this.#skipBlanks()
        if (parent.kind === 'object') parent.key = this.#key()
        return undefined
      }
      if (next !== (parent.kind === 'object' ? '}' : ']')) throw this.#invalid("Expecting ',' delimiter")
      const end = this.#advance(1)
      this.#open.pop()
      done =
        parent.kind === 'object'
          ? { kind: 'object', start: parent.start, end, entries: parent.entries }
          : { kind: 'array', start: parent.start, end, items: parent.items }
    }
  }

  /** A key, its colon and the whitespace around it. */
  #key(): Key {
    const keyStart = this.#at
    if (this.#text[keyStart] !== '"') throw this.#invalid('Expecting property name enclosed in double quotes')
    const key = this.#string(keyStart)
    const keyEnd = this.#at
    this.#skipBlanks()
    if (this.#text[this.#at] !== ':') throw this.#invalid("Expecting ':' delimiter")
    this.#at += 1
    this.#skipBlanks()
    return { key, keyStart, keyEnd }
  }

  #string(start: number): string {
    const scanned = scanString(this.#text, start)
    if (!scanned.ok) throw new Stop('json_invalid', scanned.message, scanned.offset)
    this.#at = scanned.end
    return scanned.value
  }

  #scalar(start: number, first: string | undefined): JsonNode {
    if (first === '"') return { kind: 'string', start, value: this.#string(start), end: this.#at }
    if (this.#isNext('null')) return { kind: 'null', start, end: this.#advance(4) }
    if (this.#isNext('true')) return { kind: 'boolean', start, end: this.#advance(4), value: true }
    if (this.#isNext('false')) return { kind: 'boolean', start, end: this.#advance(5), value: false }
    const constant = this.#constants ? CONSTANTS.find((word) => this.#isNext(word)) : undefined
    if (constant !== undefined) {
      return { kind: 'number', start, end: this.#advance(constant.length), value: Number(constant), text: constant }
    }
    const scanned = scanNumber(this.#text, start)
    if (scanned === undefined) throw this.#invalid('Expecting value')
    if (isIntegerTooLong(scanned)) {
      const message = `Exceeds the limit (${MAX_INTEGER_DIGITS} digits) for integer string conversion`
      throw new Stop('int_too_long', message, start)
    }
    const end = this.#advance(scanned.text.length)
    return { kind: 'number', start, end, value: numberValue(scanned), text: scanned.text }
  }

  #isNext(word: string): boolean {
    return this.#text.startsWith(word, this.#at)
  }

  #advance(length: number): number {
    this.#at += length
    return this.#at
  }

  #skipBlanks(): void {
    while (isBlank(this.#text.charCodeAt(this.#at))) this.#at += 1
  }

  #invalid(message: string): Stop {
    return new Stop('json_invalid', message, this.#at)
  }
}

/** Python writes these as JavaScript does. */
const CONSTANTS = ['NaN', 'Infinity', '-Infinity'] as const

function isBlank(unit: number): boolean {
  return unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09
}
