/**
 * Checks options before they are used, with one table for each function. Otherwise a misspelt option or a meaningless value
 * would be ignored silently.
 */

import { nearest } from './nearest.js'
import type { OptionKind, RequiredKind, ValueCheck } from './option-kind.js'
import { typeName } from './type-name.js'

/** The options of a function, with the check for each. The compiler ensures that no option and no choice is missing. */
export type OptionTable<Options> = {
  readonly [Name in keyof Required<Options>]: Record<never, never> extends Pick<Options, Name>
    ? OptionKind<Exclude<Options[Name], undefined>>
    : RequiredKind<Options[Name]>
}

/**
 * Checks options against a table. `undefined` is the same as absent.
 *
 * @param place - the name of the option that holds these options, if they are nested: `lora`
 * @throws TypeError for an unknown option, a wrong type or choice, or a missing required option
 * @throws RangeError for a number outside its range, including `NaN`
 * @example
 * checkOptions({ mode: 'Strict' }, VALIDATE_OPTIONS)
 * // TypeError: `mode` should be "lax" or "strict", not "Strict"; did you mean "strict"?
 */
export function checkOptions(options: unknown, table: Readonly<Record<string, ValueCheck>>, place?: string): void {
  if (!isObject(options)) {
    const what = place === undefined ? 'options' : `\`${place}\``
    throw new TypeError(`${what} should be an object, not ${typeName(options)}`)
  }
  for (const name in options) if (!Object.hasOwn(table, name)) throw unknownOption(name, Object.keys(table), place)
  for (const name in table) {
    const check = table[name]
    const value = options[name]
    if (check === undefined || (value === undefined && !check.isRequired)) continue
    checkValue(check, value, placeOf(name, place))
  }
}

/** Picks the options out of an object that also has other keys. */
export function optionsIn<Options extends object>(source: NoInfer<Options>, table: OptionTable<Options>): Options {
  const options: Partial<Options> = {}
  for (const name in table) if (source[name] !== undefined) options[name] = source[name]
  // The table has every option that `Options` requires, and so does the source.
  return options as Options
}

/** Checks one value. */
export function checkValue(check: ValueCheck, value: unknown, place: string): void {
  if (!check.suits(value)) {
    const missing = value === undefined
    throw new TypeError(
      `\`${place}\` ${missing ? 'is missing: it ' : ''}should be ${check.expected}${missing ? '' : `, not ${typeName(value)}`}`,
    )
  }
  check.inspect?.(value, place)
}

function isObject(options: unknown): options is Readonly<Record<string, unknown>> {
  return Object.prototype.toString.call(options) === '[object Object]'
}

function placeOf(name: string, place: string | undefined): string {
  return place === undefined ? name : `${place}.${name}`
}

function unknownOption(name: string, known: readonly string[], place: string | undefined): TypeError {
  const near = nearest(name, known)
  const help =
    near === undefined
      ? `the options are ${known.map((each) => `\`${each}\``).join(', ')}`
      : `did you mean \`${placeOf(near, place)}\`?`
  return new TypeError(`unknown option \`${placeOf(name, place)}\`; ${help}`)
}
