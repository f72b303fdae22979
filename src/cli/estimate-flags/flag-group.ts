/** Flags of the command that stand for options of a function. Names, choices and ranges come from the table of the options. */

import { InvalidArgumentError, Option } from 'commander'
import { checkValue, type OptionTable, quoted } from '../../options/index.js'
import type { ValueCheck } from '../../options/option-kind.js'
import { offering } from '../completion/offers.js'

/** How one option is written on the command line, and what it means. */
export type FlagRow = SwitchRow | ValueRow

/** A flag without a value. */
interface SwitchRow {
  readonly help: string
  /** What the flag can say: yes (`--use-dora`), no (`--no-autocast`), or either. */
  readonly says: 'yes' | 'no' | 'either'
}

/** A flag with a value. */
interface ValueRow {
  readonly help: string
  /** The value in the help: `<n>`. */
  readonly value: string
  /** The default in the help. Default: the first choice, if there are choices; `null`: none. */
  readonly default?: string | null
  /** The flag without its hyphens. Default: the option in kebab case. */
  readonly flag?: string
  /** Reads the text; `before` is the value of the same flag given earlier. Default: the text itself. */
  readonly read?: (text: string, before: unknown) => unknown
  /** Words that a shell offers, if they are not the choices. */
  readonly words?: readonly string[]
}

/** The flags of a group of options. */
export interface FlagGroup<Options> {
  /** The flags, for the command. */
  readonly flags: readonly Option[]
  /** The options that were given, in what commander parsed. */
  readonly given: (parsed: Readonly<Record<string, unknown>>) => Partial<Options>
  /** The flag of each option, with its hyphens. */
  readonly names: ReadonlyMap<string, string>
}

/** Makes the flags of a group of options. */
export function flagGroup<Options extends object, Name extends string & keyof Options>(
  heading: string,
  kinds: Pick<OptionTable<Options>, Name>,
  rows: Readonly<Record<Name, FlagRow>>,
): FlagGroup<Pick<Options, Name>> {
  const named = Object.entries<FlagRow>(rows).map(([name, row]) => ({ name, row, flag: flagOf(name, row) }))
  const checks: Readonly<Record<string, ValueCheck>> = kinds
  return {
    flags: named.flatMap(({ name, row, flag }) =>
      optionsOf(flag, row, checks[name]).map((option) => option.helpGroup(heading)),
    ),
    given(parsed) {
      const values = named.flatMap(({ name, row, flag }) => {
        const value = parsed[attributeOf(flag)]
        // Commander sets a flag that can only say no to `true` if it is absent.
        const isAbsent = value === undefined || ('says' in row && row.says === 'no' && value === true)
        return isAbsent ? [] : [[name, value]]
      })
      // Each value was read and checked by the kind of its option.
      return Object.fromEntries(values) as Partial<Pick<Options, Name>>
    },
    names: new Map(
      named.map(({ name, row, flag }) => [name, `--${'says' in row && row.says === 'no' ? 'no-' : ''}${flag}`]),
    ),
  }
}

function flagOf(name: string, row: FlagRow): string {
  const given = 'value' in row ? row.flag : undefined
  return given ?? name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

function attributeOf(flag: string): string {
  return new Option(`--${flag}`).attributeName()
}

function optionsOf(flag: string, row: FlagRow, check: ValueCheck | undefined): Option[] {
  if ('value' in row) return [valueOption(flag, row, check)]
  const yes = new Option(`--${flag}`, row.help)
  const no = new Option(`--no-${flag}`, row.says === 'no' ? row.help : `the opposite of --${flag}`)
  return { yes: [yes], no: [no], either: [yes, no] }[row.says]
}

function valueOption(flag: string, row: ValueRow, check: ValueCheck | undefined): Option {
  const choices = check?.choices?.map(String)
  const standard = row.default === undefined ? choices?.[0] : row.default
  const option = new Option(`--${flag} ${row.value}`, `${row.help}${standard ? ` (default: ${standard})` : ''}`)
  if (choices) option.choices(choices)
  option.argParser((text: string, before: unknown) => readChecked(text, before, { flag, row, check }))
  return row.words ? offering(option, { kind: 'words', words: row.words }) : option
}

function readChecked(
  text: string,
  before: unknown,
  { flag, row, check }: { readonly flag: string; readonly row: ValueRow; readonly check: ValueCheck | undefined },
): unknown {
  try {
    const value = row.read ? row.read(text, before) : text
    if (check && !check.suits(value)) throw new TypeError(`it should be ${check.expected}, not ${quoted(text)}`)
    if (check) checkValue(check, value, `--${flag}`)
    return value
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
  }
}
