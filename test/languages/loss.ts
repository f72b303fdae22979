import { SCHEMAS } from '../../src/schemas/index.js'

/**
 * What a round trip loses: the places where the output does not say what the input says. A generator may leave out what is
 * null or a default, fill in what is absent with null, an empty value or a default, and write a time or a URL
 * in another way.
 */
export function losses(input: unknown, output: unknown, place = ''): string[] {
  if (isSame(input, output)) return []
  if (Array.isArray(input) && Array.isArray(output) && input.length === output.length) {
    return input.flatMap((item, index) => losses(item, output[index], `${place}[${index}]`))
  }
  if (isObject(input) && isObject(output)) return lossesOfFields(input, output, place)
  return [`${place || 'the whole'}: ${shown(input)} became ${shown(output)}`]
}

function lossesOfFields(input: object, output: object, place: string): string[] {
  const before = new Map<string, unknown>(Object.entries(input))
  const after = new Map<string, unknown>(Object.entries(output))
  const kept = [...before].flatMap(([name, value]) => {
    const written = after.get(name) ?? null
    return written === null && isDefault(name, value) ? [] : losses(value, written, `${place}.${name}`)
  })
  const added = [...after].filter(([name, value]) => !before.has(name) && !isFilling(name, value))
  return [...kept, ...added.map(([name, value]) => `${place}.${name}: ${shown(value)} was not there`)]
}

/** Null, an empty value, and the default of a field of this name. */
function isFilling(name: string, value: unknown): boolean {
  if (value === null || isDefault(name, value)) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

function isDefault(name: string, value: unknown): boolean {
  return DEFAULTS.some(([field, standard]) => field === name && JSON.stringify(standard) === JSON.stringify(value))
}

/** The defaults of all definitions. */
const DEFAULTS: readonly (readonly [name: string, value: unknown])[] = Object.values(SCHEMAS).flatMap((schema) => {
  const fields: readonly [string, unknown][] = Object.entries(Object(Object(schema).properties))
  return fields.flatMap(([name, field]) => ('default' in Object(field) ? [[name, Object(field).default] as const] : []))
})

function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (typeof one !== 'string' || typeof other !== 'string') return false
  return isTime(one) && isTime(other) ? sameTime(one, other) : isSameUrl(one, other)
}

/** The service itself writes URLs in their normal form. */
function isSameUrl(one: string, other: string): boolean {
  return URL.canParse(one) && URL.canParse(other) && new URL(one).href === new URL(other).href
}

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?)(?:\.(\d+))?(Z|[+-]\d\d:?\d\d)$/

function isTime(text: string): boolean {
  return TIME.test(text)
}

/** The same moment, to the last digit: `Date` ends at milliseconds. */
function sameTime(one: string, other: string): boolean {
  const [first, second] = [one, other].map((text) => {
    const [, whole = '', fraction = '', zone = ''] = TIME.exec(text) ?? []
    return `${Date.parse(whole + zone)}.${fraction.replace(/0+$/, '')}`
  })
  return first === second
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}

/** The loss of a field of the inference parameters that the page does not name. */
export const EXTRA_PARAMETERS =
  /^entity \d+\.prompt\.inference_params\.(?!(?:model|temperature|max_tokens|max_completion_tokens|top_p|stop):).*became null$/
