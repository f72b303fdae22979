/** The builder's functions, one for each model: from a value that the gate took, the value that the service answers. */
import type { SchemaName } from '../../../src/schemas/index.js'
import { DEFINITIONS, type Definition, isFreeObject, nameOf, withoutNull } from './definition.js'

/** The functions as source: each takes an accepted value and makes a new one, its fields in the service's order. */
export function buildFunctions(): string {
  const names = DEFINITIONS.flatMap(([name, { additionalProperties, properties = {} }]) =>
    additionalProperties ? `const ${name}Fields = new Set(${JSON.stringify(Object.keys(properties))})\n` : [],
  )
  const functions = DEFINITIONS.map(([name, definition]) => buildFunction(name, definition))
  return [...names, ...functions].join('\n')
}

function buildFunction(name: SchemaName, definition: Definition): string {
  if (definition.properties === undefined)
    return `function ${name}(data) {\n  return ${copyOf(definition, 'data')}\n}\n`
  const entries = Object.entries(definition.properties)
  const absent = entries.filter(([key, field]) => mayStayAbsent(key, field, definition))
  if (entries.slice(entries.length - absent.length).some((entry, index) => entry !== absent[index]))
    throw new TypeError(`the builder wants the fields of ${name} that may stay absent at the end`)
  const fields = entries
    .filter((entry) => !absent.includes(entry))
    .map(([key, field]) => `    ${key}: ${fieldOf(field, `data.${key}`)},\n`)
  const known = `{\n${fields.join('')}  }`
  const whole = definition.additionalProperties ? `withExtras(${known}, data, ${name}Fields)` : known
  if (absent.length === 0) return `function ${name}(data) {\n  return ${whole}\n}\n`
  const additions = absent.map(
    ([key, field]) => `  if (data.${key} !== undefined) made.${key} = ${copyOf(field, `data.${key}`)}\n`,
  )
  return `function ${name}(data) {\n  const made = ${whole}\n${additions.join('')}  return made\n}\n`
}

/** An optional field that has no default and may not be null is in the answer only where it is in the value. */
function mayStayAbsent(key: string, field: Definition, { required = [] }: Definition): boolean {
  const isAny = field.type === undefined && field.anyOf === undefined
  return !required.includes(key) && field.default === undefined && !isAny && !withoutNull(field).nullable
}

/** A field: its copy, and what stands in its place when it is absent. */
function fieldOf(field: Definition, data: string): string {
  const { definition: held, nullable } = withoutNull(field)
  if (field.default === 0) return `${data} || 0`
  if (field.default !== undefined) {
    const copy = copyOf(held, `(${data} ?? ${JSON.stringify(field.default)})`)
    return nullable ? `${data} === null ? null : ${copy}` : copy
  }
  if (held.type === undefined && held.anyOf === undefined) return copyOf(held, `${data} ?? null`)
  if (!nullable) return copyOf(held, data)
  if (held.type === 'integer') return `integerOrNull(${data})`
  const copy = copyOf(held, data)
  return copy === data ? `${data} ?? null` : `${data} == null ? null : ${copy}`
}

function copyOf(definition: Definition, data: string): string {
  const { definition: held } = withoutNull(definition)
  const name = nameOf(held)
  if (name !== undefined && held.properties !== undefined) return `${name}(${data})`
  if (held.type === 'array' && held.items !== undefined) return listOf(held.items, data)
  if (held.type === undefined && held.anyOf === undefined) return `copyFree(${data})`
  if (isFreeObject(held)) return `copyFree(${data})`
  return SCALARS[held.anyOf?.map(({ type }) => type).join() ?? held.type ?? '']?.(data) ?? data
}

/** A list of texts is copied as it is. */
function listOf(items: Definition, data: string): string {
  const item = copyOf(items, 'item')
  if (item === 'item') return `${data}.slice()`
  const call = /^(\w+)\(item\)$/.exec(item)?.[1]
  return `list(${data}, ${call ?? `(item) => ${item}`})`
}

/** The scalars that are not answered as they came: `-0` is 0, as to Python's integers. */
const SCALARS: Readonly<Record<string, (data: string) => string>> = {
  integer: (data) => `${data} || 0`,
  'string,integer': (data) => `${data} === 0 ? 0 : ${data}`,
}
