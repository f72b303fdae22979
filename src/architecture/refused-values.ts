import { type ConfigObject, isObject } from './config-object.js'
import type { ConfigReader } from './config-reader.js'
import { type ConfigType, configType, NULLS, VALUES } from './config-types.js'
import { describeValue } from './config-values.js'
import { unusableValues } from './unusable-values.js'

/**
 * Finds values that the configuration classes of transformers refuse, or with which they cannot build the model. The classes
 * of transformers 5 check the type of every field. Those of 4.57 take any value, and fail where they compute with it.
 *
 * @param modelType - the family of the config
 * @param vocabSize - the size of its vocabulary
 * @returns one sentence for each value, at most `MOST` and one that counts the others
 */
export function refusedValues(config: ConfigReader, modelType: string, vocabSize: number): string[] {
  const found = [...refusedIn(config.content, configType(modelType), { place: config.place.map(String), vocabSize })]
  const others = found.length - MOST
  return others > 0
    ? [...found.slice(0, MOST), `transformers refuses ${others} more of the values in this config.`]
    : found
}

const MOST = 10

function* refusedIn(
  config: ConfigObject,
  type: ConfigType | undefined,
  { place, vocabSize, hidden = new Set() }: Where,
): Generator<string> {
  if (!type) return
  for (const [name, accepted] of type.fields) {
    if (hidden.has(name)) continue
    // A config has the one or the other, by the version that saved it.
    if (name === 'rope_scaling' && Object.hasOwn(config, 'rope_parameters')) continue
    const problem = problemOf(Object.hasOwn(config, name) ? config[name] : undefined, accepted)
    if (problem !== undefined) yield `${[...place, name].join('.')} is ${problem}.`
  }
  for (const [inside, problem] of unusableValues(config, type, vocabSize))
    yield `${[...place, ...inside].join('.')} is ${problem}.`
  for (const { field, type: usual, isOfAnyType, mayBeFlat } of type.parts) {
    const stated = Object.hasOwn(config, field) ? config[field] : undefined
    // The language model has the defaults of its class where its config is absent. Other parts may be left out.
    const part = stated ?? (field === 'text_config' && !mayBeFlat ? {} : undefined)
    if (isObject(part)) {
      const own = isOfAnyType && typeof part['model_type'] === 'string' ? part['model_type'] : usual
      // The whole has the vocabulary of its language model.
      const words = field === 'text_config' ? vocabSize : undefined
      yield* refusedIn(part, configType(own), { place: [...place, field], vocabSize: words })
    } else if (mayBeFlat) {
      yield* refusedIn(config, configType(usual), { place, vocabSize, hidden: new Set(type.fields.keys()) })
    }
  }
}

/** A config or a part of one. */
interface Where {
  readonly place: readonly string[]
  /** The size of its vocabulary where the config does not state it. */
  readonly vocabSize: number | undefined
  /** Fields that are those of the whole. */
  readonly hidden?: ReadonlySet<string>
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
