/**
 * Options are checked before anything is done with them, by one table for each function: an option that is misspelt, or has a
 * value that means nothing, would else be ignored in silence.
 */

import { nearest } from './nearest.js'
import type { OptionKind, RequiredKind, ValueCheck } from './option-kind.js'
import { typeName } from './type-name.js'

/** The options of a function, and what each may be. The types see to it that no option is missing, and no choice of one. */
export type OptionTable<Options> = {
  readonly [Name in keyof Required<Options>]: Record<never, never> extends Pick<Options, Name>
    ? OptionKind<Exclude<Options[Name], undefined>>
    : RequiredKind<Options[Name]>
}

/**
 * Makes sure that options are what a table says; `undefined` is the same as absent.
 *
 * @param place - where the options stand, when they are an option themselves: `lora`
 * @throws TypeError for an unknown option, a wrong type or choice, and one that is required and missing
 * @throws RangeError for a number outside its range, `NaN` among them
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

/** The options that an object of more than options holds. */
export function optionsIn<Options extends object>(source: NoInfer<Options>, table: OptionTable<Options>): Options {
  const options: Partial<Options> = {}
  for (const name in table) if (source[name] !== undefined) options[name] = source[name]
  // Whatever `Options` requires, its table has, and so has the source.
  return options as Options
}

/** The same for one value. */
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
      ? `known are ${known.map((each) => `\`${each}\``).join(', ')}`
      : `did you mean \`${placeOf(near, place)}\`?`
  return new TypeError(`unknown option \`${placeOf(name, place)}\`; ${help}`)
}
