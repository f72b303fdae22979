import { CLASSES, SHARED_FIELDS } from './generated/config-types.js'

/** A configuration class of transformers: the types of its fields, and the classes of its parts. */
export interface ConfigType {
  /** By name, what a field accepts: letters of `VALUES` and `NULLS`, or `=` and the texts that it may be. */
  readonly fields: ReadonlyMap<string, string>
  readonly parts: readonly ConfigPart[]
}

/** A config inside another one. */
export interface ConfigPart {
  /** The field that it is in: `text_config`. */
  readonly field: string
  /** The name of its class, where its own `model_type` does not count. */
  readonly type: string
  /** Whether its own `model_type` counts. */
  readonly isOfAnyType: boolean
  /** Whether its fields stand beside those of the whole if the part is absent. */
  readonly mayBeFlat: boolean
}

/** What a field may be, by the letters of its type. An integer is meant where no letter is written. */
export const VALUES: Readonly<Record<string, readonly [expected: string, fits: (value: unknown) => boolean]>> = {
  i: ['an integer', Number.isInteger],
  // A number without a fraction may be an integer or not in the file: JavaScript cannot tell.
  f: ['a number', isNumber],
  u: ['a number from 0 to 1', (value) => isNumber(value) && value >= 0 && value <= 1],
  b: ['true or false', (value) => typeof value === 'boolean'],
  s: ['a text', isText],
  o: ['an object', (value) => typeof value === 'object' && value !== null && !Array.isArray(value)],
  L: ['a list of integers', listOf(Number.isInteger)],
  F: ['a list of numbers', listOf(isNumber)],
  S: ['a list of texts', listOf(isText)],
  l: ['a list', Array.isArray],
  a: ['a value', (value) => value !== null],
}

/** What the versions of transformers do with a field that is null, by the letters of its type. No letter: 5 refuses it. */
export const NULLS: Readonly<Record<string, string>> = {
  x: 'transformers cannot build the model with that',
  y: 'transformers 5 cannot build the model with that, 4.57 can',
  z: 'transformers 4.57 cannot build the model with that, 5 can',
}

/** The class of a `model_type`, or `undefined` if transformers has none. */
export function configType(modelType: string): ConfigType | undefined {
  const line = LINES().get(modelType)
  return line === undefined ? undefined : parsed(line)
}

const LINES = once(() => new Map(CLASSES.split('\n').map((line) => [line.slice(0, line.indexOf(' ')), line])))

const SHARED = once(() => SHARED_FIELDS.split(' ').map(field))

function parsed(line: string): ConfigType {
  const [, numbers = '', ...others] = line.split(' ')
  const fields = others.filter((word) => !word.startsWith('>')).map(field)
  return {
    fields: new Map([...sharedFields(numbers), ...fields]),
    parts: others.filter((word) => word.startsWith('>')).map(part),
  }
}

/** The shared fields of a class: each number is one letter, or two from the letter `SINGLE` on. */
function* sharedFields(numbers: string): Generator<[string, string]> {
  for (let at = 0; at < numbers.length; at++) {
    const first = ALPHABET.indexOf(numbers.charAt(at))
    const number =
      first < SINGLE ? first : SINGLE + (first - SINGLE) * ALPHABET.length + ALPHABET.indexOf(numbers.charAt(++at))
    const shared = SHARED()[number]
    if (shared) yield shared
  }
}

/** The letters of numbers, as in the program that writes the table. */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#%&()+,-./:;<@[]^_{|}~'

const SINGLE = 72

function field(word: string): [name: string, type: string] {
  const [name = '', type = 'i'] = word.split(':')
  return [name, type]
}

function part(word: string): ConfigPart {
  const [name = '', type = ''] = word.slice(1).split('=')
  return {
    field: name,
    type: type.replace(/^[*?]/, ''),
    isOfAnyType: type.startsWith('*'),
    mayBeFlat: type.startsWith('?'),
  }
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number'
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function listOf(fits: (value: unknown) => boolean): (value: unknown) => boolean {
  return (value) => Array.isArray(value) && value.every(fits)
}

function once<Value>(make: () => Value): () => Value {
  let made: Value | undefined
  return () => {
    made ??= make()
    return made
  }
}
