import { checkOptions, checkValue, type OptionTable } from './check-options.js'
import { nearest } from './nearest.js'
import type { OptionKind, RequiredKind, ValueCheck } from './option-kind.js'
import { quoted } from './quoted.js'

/** `true` or `false`. */
export const boolean: OptionKind<boolean> = ofType('boolean', 'a boolean')

/** Any text. */
export const text: OptionKind<string> = ofType('string', 'a string')

/** One of a few values; the error lists them. */
/* @__NO_SIDE_EFFECTS__ */ export function choice<const Value extends string | number>(
  choices: readonly Value[],
): OptionKind<Value> {
  const expected = listed(choices.map(quoted))
  return {
    choices,
    expected,
    suits: (value) => typeof value === typeof choices[0],
    inspect(value, place) {
      if (choices.some((one) => one === value)) return
      const near = typeof value === 'string' ? nearest(value, choices.map(String)) : undefined
      const help = near === undefined ? '' : `; did you mean ${quoted(near)}?`
      throw new TypeError(`\`${place}\` should be ${expected}, not ${quoted(value)}${help}`)
    },
  }
}

/** A number from `least` to `most`, inclusive. */
/* @__NO_SIDE_EFFECTS__ */ export function number(least: number, most = Number.MAX_VALUE): OptionKind<number> {
  return inRange(`a number ${range(least, most)}`, (value) => value >= least && value <= most)
}

/** An integer from `least` to `most`, inclusive. */
/* @__NO_SIDE_EFFECTS__ */ export function integer(least: number, most = Number.MAX_SAFE_INTEGER): OptionKind<number> {
  return inRange(
    `an integer ${range(least, most)}`,
    (value) => Number.isInteger(value) && value >= least && value <= most,
  )
}

/** A limit: an integer of at least `least`, or `Infinity` for no limit. */
/* @__NO_SIDE_EFFECTS__ */ export function limit(least: number): OptionKind<number> {
  return inRange(
    `an integer of at least ${least}, or Infinity`,
    (value) => value >= least && (Number.isInteger(value) || value === Number.POSITIVE_INFINITY),
  )
}

/** A function that the caller passes. */
/* @__NO_SIDE_EFFECTS__ */ export function func<Value extends (...given: never) => unknown>(): OptionKind<Value> {
  return ofType('function', 'a function')
}

/** An object whose content is checked elsewhere. */
/* @__NO_SIDE_EFFECTS__ */ export function object<Value extends object>(expected = 'an object'): OptionKind<Value> {
  return { expected, suits: (value) => typeof value === 'object' && value !== null && !Array.isArray(value) }
}

/** Any value: it is checked elsewhere. */
export const anything: OptionKind<unknown> = { expected: 'anything', suits: () => true }

/** An array of items of one kind. */
/* @__NO_SIDE_EFFECTS__ */ export function listOf<Item>(item: OptionKind<Item>): OptionKind<readonly Item[]> {
  return {
    expected: `an array (each item ${item.expected})`,
    suits: Array.isArray,
    inspect(value, place) {
      if (Array.isArray(value))
        for (let at = 0; at < value.length; at += 1) checkValue(item, value[at], `${place}[${at}]`)
    },
  }
}

/** An object with any keys and values of one kind. */
/* @__NO_SIDE_EFFECTS__ */ export function recordOf<Item>(
  item: OptionKind<Item>,
): OptionKind<Readonly<Record<string, Item>>> {
  const { expected, suits } = object(`an object (each value ${item.expected})`)
  return {
    expected,
    suits,
    inspect(value, place) {
      for (const [key, one] of Object.entries(Object(value))) checkValue(item, one, `${place}[${quoted(key)}]`)
    },
  }
}

/** Nested options. */
/* @__NO_SIDE_EFFECTS__ */ export function nested<Options extends object>(
  table: OptionTable<Options>,
): OptionKind<Options> {
  return { ...object<Options>(), inspect: (value, place) => checkOptions(value, table, place) }
}

/** One of several kinds, chosen by the type of the value. */
/* @__NO_SIDE_EFFECTS__ */ export function oneOf<Kinds extends readonly ValueCheck[]>(
  ...kinds: Kinds
): OptionKind<ValueOf<Kinds[number]>> {
  return {
    expected: listed(kinds.map(({ expected }) => expected)),
    suits: (value) => kinds.some((kind) => kind.suits(value)),
    inspect: (value, place) => kinds.find((kind) => kind.suits(value))?.inspect?.(value, place),
  }
}

type ValueOf<Kind> = Kind extends OptionKind<infer Value> ? Value : never

/** A kind, or `null`. */
/* @__NO_SIDE_EFFECTS__ */ export function nullable<Value>({
  expected,
  suits,
  inspect,
}: OptionKind<Value>): OptionKind<Value | null> {
  return {
    expected: `${expected}, or null`,
    suits: (value) => value === null || suits(value),
    inspect: (value, place) => (value === null ? undefined : inspect?.(value, place)),
  }
}

/** An option that must be given. */
/* @__NO_SIDE_EFFECTS__ */ export function required<Value>(kind: OptionKind<Value>): RequiredKind<Value> {
  return { ...kind, isRequired: true }
}

/* @__NO_SIDE_EFFECTS__ */ function ofType<Value>(type: string, expected: string): OptionKind<Value> {
  return { expected, suits: (value) => typeof value === type }
}

function inRange(expected: string, accepts: (value: number) => boolean): OptionKind<number> {
  return {
    expected,
    suits: (value) => typeof value === 'number',
    inspect(value, place) {
      if (!accepts(Number(value))) throw new RangeError(`\`${place}\` should be ${expected}, not ${value}`)
    },
  }
}

function range(least: number, most: number): string {
  return most >= Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`
}

function listed(choices: readonly string[]): string {
  const last = choices.at(-1) ?? ''
  return choices.length < 2 ? last : `${choices.slice(0, -1).join(', ')} or ${last}`
}
