import { SCHEMAS, type SchemaName } from '../../schemas/index.js'
import type { LintDocument } from '../document.js'
import type { Match, Rule } from '../rule.js'
import { locOf, type SchemaNode, type Step, schemaNode, walk } from '../schema-walk.js'
import { nearest, quoted } from '../text.js'

/** The service silently ignores a misspelled field. */
export const unknownField: Rule = {
  code: 'unknown-field',
  severity: 'warning',
  description: 'The service ignores this field.',
  runsOnInvalid: true,
  check({ model, written, seen }) {
    const hits: Match[] = []
    walk(schemaNode(model), written, {
      object({ title = model, properties = {}, additionalProperties }, value, step) {
        if (additionalProperties === true || isSeen(seen, value, title)) return
        for (const key of Object.keys(value)) {
          if (!Object.hasOwn(properties, key))
            hits.push(unknownFieldHit(model, title, Object.keys(properties), step, key))
        }
      },
    })
    return hits
  },
}

/** Whether an object was already searched at another place. */
function isSeen(seen: LintDocument['seen'], value: object, title: string): boolean {
  if (seen === undefined) return false
  const titles = seen.get(value)
  if (titles?.has(title)) return true
  if (titles === undefined) seen.set(value, new Set([title]))
  else titles.add(title)
  return false
}

function unknownFieldHit(
  model: LintDocument['model'],
  title: string,
  known: readonly string[],
  step: Step | null,
  key: string,
): Match {
  return {
    loc: [...locOf(step), key],
    at: 'key',
    message: `${quoted(key)} is not a field of ${title}; the service ignores it`,
    help: knownHelp(model, title, known, key),
  }
}

/** The help for a field. Cached, because many objects may have the field and finding a similar name is slow. */
function knownHelp(model: SchemaName, title: string, known: readonly string[], key: string): string {
  const place = `${model} ${title} ${key}`
  const made = HELPS.get(place) ?? help(model, title, known, key)
  if (HELPS.size >= MOST_HELPS) HELPS.clear()
  if (key.length <= LONGEST_KEPT) HELPS.set(place, made)
  return made
}

const HELPS = new Map<string, string>()
const MOST_HELPS = 1000
const LONGEST_KEPT = 100

function help(model: SchemaName, title: string, known: readonly string[], key: string): string {
  const near = nearest(key, known)
  if (near !== undefined) return `did you mean ${quoted(near)}?`
  const elsewhere = placesOfFields(model).get(key)
  if (elsewhere !== undefined) return `${quoted(key)} is a field of ${elsewhere || model}; move it there`
  if (title === 'CreateModelEntityRequest' && Object.hasOwn(SCHEMAS.ModelEntity.properties, key)) {
    return `remove it: ${quoted(key)} is a field of ModelEntity, and the service sets it`
  }
  const remove = known.includes('custom_fields') ? 'remove it, or move it into "custom_fields"' : 'remove it'
  return `${remove}; the fields of ${title} are ${known.join(', ')}`
}

const PLACES = new Map<SchemaName, ReadonlyMap<string, string>>()

/** The first place of each field name in a model: `spec`, `adapters[]`, or `` for the top. Cached per model. */
function placesOfFields(model: SchemaName): ReadonlyMap<string, string> {
  const known = PLACES.get(model)
  if (known !== undefined) return known
  const places = new Map<string, string>()
  collectPlaces(schemaNode(model), '', places)
  PLACES.set(model, places)
  return places
}

function collectPlaces({ properties = {} }: SchemaNode, path: string, places: Map<string, string>): void {
  const fields = Object.entries(properties)
  for (const [name] of fields) if (!places.has(name)) places.set(name, path)
  for (const [name, field] of fields) {
    const [inner = field] = field.anyOf ?? []
    const below = path === '' ? name : `${path}.${name}`
    collectPlaces(inner.items ?? inner, inner.items ? `${below}[]` : below, places)
  }
}
