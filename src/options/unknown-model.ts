import { nearest } from './nearest.js'
import type { OptionKind } from './option-kind.js'
import { quoted } from './quoted.js'
import { typeName } from './type-name.js'

/**
 * The error for an unknown model name: one wording for every function and for the command.
 *
 * @example
 * throw unknownModel('Loar', SCHEMA_NAMES) // unknown model "Loar"; did you mean "Lora"?
 */
export function unknownModel(given: unknown, names: readonly string[]): TypeError {
  if (typeof given !== 'string') {
    return new TypeError(
      `a model should be a name such as ${quoted(names[0])}, or a definition; not ${typeName(given)}`,
    )
  }
  const near = nearest(given, names)
  const help = near === undefined ? `expected one of ${names.join(', ')}` : `did you mean ${quoted(near)}?`
  return new TypeError(`unknown model ${quoted(given)}; ${help}`)
}

/** An option that names a model. */
/* @__NO_SIDE_EFFECTS__ */ export function modelName<Name extends string>(names: readonly Name[]): OptionKind<Name> {
  return {
    expected: `the name of a definition, such as ${quoted(names[0])}`,
    suits: (value) => typeof value === 'string',
    inspect(value) {
      if (!names.some((name) => name === value)) throw unknownModel(value, names)
    },
  }
}
