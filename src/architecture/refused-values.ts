import { type ConfigObject, isObject } from './config-object.js'
import { type ConfigReader, describeValue } from './config-reader.js'
import { type ConfigType, configType, NULLS, VALUES } from './config-types.js'
import { unusableValues } from './unusable-values.js'

/**
 * Finds values that the configuration classes of transformers refuse, or with which they cannot build the model. The classes
 * of transformers 5 check the type of every field. Those of 4.57 take any value, and fail where they compute with it.
 *
 * @param modelType - the family of the config
 * @returns one sentence for each value, at most `MOST` and one that counts the others
 */
export function refusedValues(config: ConfigReader, modelType: string): string[] {
  const found = [...refusedIn(config.content, configType(modelType), config.place.map(String))]
  const others = found.length - MOST
  return others > 0
    ? [...found.slice(0, MOST), `transformers refuses ${others} more of the values in this config.`]
    : found
}

const MOST = 10

function* refusedIn(
  config: ConfigObject,
  type: ConfigType | undefined,
  place: readonly string[],
  hidden: ReadonlySet<string> = new Set(),
): Generator<string> {
  if (!type) return
  for (const [name, accepted] of type.fields) {
    if (hidden.has(name)) continue
    // A config has the one or the other, by the version that saved it.
    if (name === 'rope_scaling' && Object.hasOwn(config, 'rope_parameters')) continue
    const problem = problemOf(Object.hasOwn(config, name) ? config[name] : undefined, accepted)
    if (problem !== undefined) yield `${[...place, name].join('.')} is ${problem}.`
  }
  for (const [inside, problem] of unusableValues(config, type))
    yield `${[...place, ...inside].join('.')} is ${problem}.`
  for (const { field, type: usual, isOfAnyType, mayBeFlat } of type.parts) {
    const stated = Object.hasOwn(config, field) ? config[field] : undefined
    if (isObject(stated)) {
      const own = isOfAnyType && typeof stated['model_type'] === 'string' ? stated['model_type'] : usual
      yield* refusedIn(stated, configType(own), [...place, field])
    } else if (mayBeFlat) {
      yield* refusedIn(config, configType(usual), place, new Set(type.fields.keys()))
    }
  }
}

/** What a value is, and what transformers does with it. `undefined` if it is fine. */
function problemOf(value: unknown, accepted: string): string | undefined {
  const [letters = '', texts] = accepted.split('=')
  const failing = [...letters].map((letter) => NULLS[letter]).find((text) => text !== undefined)
  if (value === undefined) return letters.endsWith('?') && failing ? `absent: ${failing}` : undefined
  if (value === null && failing) return `null: ${failing}`
  if (value === null && letters.includes('n')) return undefined
  const kinds = [...letters].flatMap((letter) => (VALUES[letter] ? [VALUES[letter]] : []))
  if (texts?.split(',').includes(String(value)) || kinds.some(([, fits]) => fits(value))) return undefined
  const expected = [...(texts ? [`one of ${texts.replaceAll(',', ', ')}`] : []), ...kinds.map(([text]) => text)]
  return `${describeValue(value)}: transformers 5 refuses that, since it expects ${expected.join(' or ')}. Earlier versions check no types, and fail only where they compute with it`
}
