import type { CheckpointError } from './checkpoint-error.js'
import { type ConfigObject, isObject } from './config-object.js'
import {
  describeValue,
  invalidField,
  isBoolean,
  isCount,
  isCountList,
  isFiniteNumber,
  isString,
  isStringList,
} from './config-values.js'

/**
 * Reads the fields of a `config.json` with the defaults of the configuration class, and reports invalid values with their place.
 *
 * An absent field has the class default. `null` has the value that the class uses for `None`: the default too, unless the
 * argument `none` is given. Several names are a field and its aliases (`attribute_map`): the first one present counts.
 *
 * @example
 * ```ts
 * const heads = config.integer('num_attention_heads', 32)
 * const kvHeads = config.integer('num_key_value_heads', 8, heads) // absent: 8, null: as many as heads
 * ```
 */
export class ConfigReader {
  readonly #object: ConfigObject
  readonly #place: readonly (string | number)[]
  readonly #read = new Set<string>()
  readonly #aliases: ReadonlyMap<string, readonly string[]>
  /** The fields that were asked for, by this reader or by one made of it. */
  readonly #asked: Set<string>
  /** Sentences on values that were read, in this config or in one inside it. */
  readonly #doubts: Set<string>

  constructor(
    object: ConfigObject,
    place: readonly (string | number)[] = [],
    aliases: ReadonlyMap<string, readonly string[]> = new Map(),
    asked: Set<string> = new Set(),
    doubts: Set<string> = new Set(),
  ) {
    this.#object = object
    this.#place = place
    this.#aliases = aliases
    this.#asked = asked
    this.#doubts = doubts
  }

  /**
   * The same config, read with other names for some fields: the alias counts where it is stated, as in transformers 5.
   *
   * @param attributeMap - the field by its alias, as in transformers: `{ num_experts: 'num_local_experts' }`
   */
  withAliases(attributeMap: Readonly<Record<string, string>>): ConfigReader {
    const aliases = new Map<string, string[]>()
    for (const [alias, field] of Object.entries(attributeMap))
      aliases.set(field, [...(aliases.get(field) ?? []), alias])
    return new ConfigReader(this.#object, this.#place, aliases, this.#asked, this.#doubts)
  }

  /** The same config with other class defaults: what it does not state, under any of its names, has the value given here. */
  withDefaults(defaults: ConfigObject): ConfigReader {
    const isStated = (name: string) =>
      [name, ...(this.#aliases.get(name) ?? [])].some((each) => Object.hasOwn(this.#object, each))
    const absent = Object.entries(defaults).filter(([name]) => !isStated(name))
    return this.#with({ ...Object.fromEntries(absent), ...this.#object })
  }

  /** The same config without some fields. */
  withoutFields(names: readonly string[]): ConfigReader {
    const fields = Object.entries(this.#object).filter(([name]) => !names.includes(name))
    return this.#with(Object.fromEntries(fields))
  }

  /** The same config, of which nothing has been read. */
  afresh(): ConfigReader {
    return new ConfigReader(this.#object, this.#place, this.#aliases)
  }

  /** The fields as they are in the file. */
  get content(): ConfigObject {
    return this.#object
  }

  /** Where the config is in the file: `['text_config']`. Empty for the file itself. */
  get place(): readonly (string | number)[] {
    return this.#place
  }

  /** Whether the field is present and not null. */
  has(name: string): boolean {
    return this.raw(name) !== undefined && this.raw(name) !== null
  }

  /** Whether the field is present and null. For a few fields that differs from leaving it out. */
  isNull(name: string): boolean {
    return this.raw(name) === null
  }

  /** Whether the field has been read. */
  wasRead(name: string): boolean {
    return this.#read.has(name)
  }

  /** The fields that were asked for, whether they are present or not, by this reader or by one made of it. */
  asked(): ReadonlySet<string> {
    return this.#asked
  }

  /** Remembers a sentence on a value that a note must tell of. */
  doubt(sentence: string): void {
    this.#doubts.add(sentence)
  }

  /** Sentences on values that were read, in this config or in one inside it, such as a size that is null. */
  doubts(): ReadonlySet<string> {
    return this.#doubts
  }

  /** The value in the file; `undefined` if the field is absent. Inherited properties do not count. */
  raw(name: string): unknown {
    const own = Object.hasOwn(this.#object, name) ? this.#object[name] : undefined
    const aliases = this.#aliases.get(name) ?? []
    for (const each of [name, ...aliases]) this.#asked.add(each)
    const alias = aliases.findLast((each) => Object.hasOwn(this.#object, each))
    if (alias === undefined) return own
    const value = this.#object[alias]
    if (own !== undefined && JSON.stringify(own) !== JSON.stringify(value)) this.#doubtNames(name, alias)
    return value
  }

  /** transformers 5 sets a field under its alias after the field itself. Classes of 4.57 may not have the alias. */
  #doubtNames(name: string, alias: string): void {
    const [own, other] = [name, alias].map((each) => describeValue(this.#object[each]))
    const place = [...this.#place, name].join('.')
    this.#doubts.add(
      `${place} is ${own}, but its other name ${alias} is ${other}: ${other} is used here, as in transformers 5. transformers 4.57 uses ${own} or ${other}, depending on the class.`,
    )
  }

  /** The names of the fields that are present. */
  names(): string[] {
    return Object.keys(this.#object)
  }

  /**
   * A count or a size: an integer of 0 or more.
   *
   * @param none - the value for `null`. Absent: the class has no value for `None`; `null` is then read as the default, with a doubt
   */
  integer(names: Names, absent: number, none?: number): number {
    const stated = this.#statedAmong(names)
    if (none === undefined && absent > 0 && this.isNull(stated)) {
      const place = [...this.#place, stated].join('.')
      this.#doubts.add(
        `${place} is null: transformers refuses that, or fails with it. ${absent} is used here, its default.`,
      )
    }
    return this.#valueOf(names, absent, none ?? absent, 'an integer of 0 or more', isCount)
  }

  /** A count or a size that the class derives from others where the field is absent or null. */
  derived(names: Names, value: number): number {
    return this.integer(names, value, value)
  }

  /** A count or a size of at least 1. */
  positive(name: Names, absent: number): number {
    const count = this.integer(name, absent)
    if (count < 1) throw this.invalid(this.#statedAmong(name), 'an integer of at least 1')
    return count
  }

  /** A count or a size, or `undefined` if it is missing. */
  optionalInteger(names: Names): number | undefined {
    return this.#valueOf<number | undefined>(names, undefined, undefined, 'an integer of 0 or more', isCount)
  }

  /** A number. */
  number(names: Names, absent: number, none: number = absent): number {
    return this.#valueOf(names, absent, none, 'a number', isFiniteNumber)
  }

  /** `true` or `false`; `null` counts as `false`, like in Python. */
  boolean(names: Names, absent: boolean): boolean {
    return this.#valueOf(names, absent, false, 'true or false', isBoolean)
  }

  /** A text. */
  string(names: Names, absent: string, none: string = absent): string {
    return this.#valueOf(names, absent, none, 'a text', isString)
  }

  /** A text, or `undefined` if it is missing. */
  optionalString(names: Names): string | undefined {
    return this.#valueOf<string | undefined>(names, undefined, undefined, 'a text', isString)
  }

  /** A list of integers of 0 or more, or `undefined` if it is missing. */
  integers(names: Names): readonly number[] | undefined {
    return this.#valueOf<readonly number[] | undefined>(names, undefined, undefined, 'a list of integers', isCountList)
  }

  /** A list of texts, such as `layer_types`, or `undefined` if it is missing. */
  strings(names: Names): readonly string[] | undefined {
    return this.#valueOf<readonly string[] | undefined>(names, undefined, undefined, 'a list of texts', isStringList)
  }

  /** A nested object; an empty one if it is missing. */
  object(name: string): ConfigReader {
    const value = this.#valueOf<ConfigObject>(name, {}, {}, 'an object', isObject)
    return new ConfigReader(value, [...this.#place, name], new Map(), new Set(), this.#doubts)
  }

  /** An error about a field, with its place. */
  invalid(name: string, expected: string): CheckpointError {
    const place = [...this.#place, name]
    const found = describeValue(this.raw(name))
    return invalidField(place, found, expected)
  }

  /** An error about an item of a list, with its place. */
  invalidItem(name: string, index: number, expected: string): CheckpointError {
    const list = this.raw(name)
    const place = [...this.#place, name, index]
    const found = describeValue(Array.isArray(list) ? list[index] : list)
    return invalidField(place, found, expected)
  }

  /** The same reader of another object. */
  #with(object: ConfigObject): ConfigReader {
    return new ConfigReader(object, this.#place, this.#aliases, this.#asked, this.#doubts)
  }

  /** The name that the config uses, or the first. */
  #statedAmong(names: Names): string {
    const all = typeof names === 'string' ? [names] : names
    return all.find((name) => this.raw(name) !== undefined) ?? all[0] ?? ''
  }

  #valueOf<Value>(
    names: Names,
    absent: Value,
    none: Value,
    expected: string,
    fits: (value: unknown) => value is Value,
  ): Value {
    for (const name of typeof names === 'string' ? [names] : names) {
      this.#read.add(name)
      const value = this.raw(name)
      if (value === undefined) continue
      if (value === null) return none
      if (!fits(value)) throw this.invalid(name, expected)
      return value
    }
    return absent
  }
}

/** The name of a field, or the name and its aliases. */
type Names = string | readonly string[]
