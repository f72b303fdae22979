import { SCHEMAS, type SchemaName } from '../../schemas/index.js'
import type { LintDocument } from '../document.js'
import type { Match, Rule } from '../rule.js'
import { locOf, type SchemaNode, type Step, schemaNode, walk } from '../schema-walk.js'
import { type SynonymOf, synonymsOf } from '../synonyms.js'
import { nearNames, quoted } from '../text.js'

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
        const unknown = Object.keys(value).filter((key) => !Object.hasOwn(properties, key))
        hits.push(...withoutRivals(unknown.map((key) => hitOf({ model, title, properties, value }, step, key))))
      },
    })
    return hits
  },
}

/** If two keys can only mean the same field, neither is corrected. */
function withoutRivals(hits: readonly Match[]): readonly Match[] {
  const counts = new Map<string, number>()
  for (const name of hits.map(correctName)) if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1)
  return hits.map((hit) => {
    const name = correctName(hit)
    if (name === undefined || counts.get(name) === 1) return hit
    const { correction: _, ...rest } = hit
    return rest
  })
}

function correctName({ correction }: Match): string | undefined {
  return correction !== undefined && 'key' in correction ? correction.key : undefined
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

/** An object, and the definition that it follows. */
interface Holder {
  readonly model: SchemaName
  readonly title: string
  readonly properties: Readonly<Record<string, unknown>>
  readonly value: Readonly<Record<string, unknown>>
}

function hitOf(holder: Holder, step: Step | null, key: string): Match {
  const { title, value } = holder
  const { meant, help } = knownAdvice(holder, key)
  const free = meant.filter((name) => !Object.hasOwn(value, name))
  const [taken] = free.length === 0 ? meant : []
  const [name, other] = free
  return {
    loc: [...locOf(step), key],
    at: 'key',
    message: `${quoted(key)} is not a field of ${title}; the service ignores it`,
    help:
      taken !== undefined
        ? `${didYouMean(taken)} it is given too: remove one of them`
        : name !== undefined
          ? didYouMean(name)
          : help,
    ...(name !== undefined && other === undefined && { correction: { key: name } }),
  }
}

function didYouMean(name: string): string {
  return `did you mean ${quoted(name)}?`
}

/** What to say of a field that is not known. */
interface Advice {
  /** The fields of the same object that may be meant, the likeliest first. */
  readonly meant: readonly string[]
  /** What to do if none is meant. */
  readonly help: string
}

/** Cached, because many objects may have the field and finding similar names is slow. */
function knownAdvice({ model, title, properties }: Holder, key: string): Advice {
  const place = `${model} ${title} ${key}`
  const made = ADVICE.get(place) ?? advice(model, title, Object.keys(properties), key)
  if (ADVICE.size >= MOST_ADVICE) ADVICE.clear()
  if (key.length <= LONGEST_KEPT) ADVICE.set(place, made)
  return made
}

const ADVICE = new Map<string, Advice>()
const MOST_ADVICE = 1000
const LONGEST_KEPT = 100

function advice(model: SchemaName, title: string, known: readonly string[], key: string): Advice {
  const synonyms = synonymsOf(key)
  const own = synonyms.find(
    ({ field, model: of }) => known.includes(field) && (of === title || title === 'ModelEntity'),
  )
  const meant = own === undefined ? nearNames(key, known) : [own.field]
  return { meant, help: otherHelp(model, title, known, key, synonyms) }
}

function otherHelp(
  model: SchemaName,
  title: string,
  known: readonly string[],
  key: string,
  synonyms: readonly SynonymOf[],
): string {
  const places = placesOfFields(model)
  const elsewhere = places.get(key)
  if (elsewhere !== undefined) return `${quoted(key)} is a field of ${elsewhere || model}; move it there`
  if (title === 'CreateModelEntityRequest' && Object.hasOwn(SCHEMAS.ModelEntity.properties, key)) {
    return `remove it: ${quoted(key)} is a field of ModelEntity, and the service sets it`
  }
  for (const { field } of synonyms) {
    const place = places.get(field)
    if (place !== undefined) return `did you mean ${quoted(field)} of ${place || model}?`
  }
  const remove = known.includes('custom_fields') ? 'remove it, or move it into "custom_fields"' : 'remove it'
  if (known.length <= FEW) return `${remove}; the fields of ${title} are ${known.join(', ')}`
  const similar = similarNames(key, known)
  return similar.length === 0
    ? `${remove}; \`model-entity schema ${title}\` prints the fields`
    : `${remove}; similar fields are ${similar.join(', ')}`
}

/** So many fields are all listed. */
const FEW = 6

/** The most similar fields that are listed. */
const MOST_SIMILAR = 5

/** The fields that have a word in common with a name. Those with more common words come first. */
function similarNames(key: string, known: readonly string[]): string[] {
  const words = new Set(wordsOf(key))
  return known
    .map((name) => ({ name, common: wordsOf(name).filter((word) => words.has(word)).length }))
    .filter(({ common }) => common > 0)
    .sort((one, other) => other.common - one.common)
    .slice(0, MOST_SIMILAR)
    .map(({ name }) => name)
}

/** The words of a name, without those that say little. A plural counts like its singular. */
function wordsOf(name: string): string[] {
  return name
    .slice(0, LONGEST_KEPT)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '' && !EMPTY_WORDS.has(word))
    .map((word) => word.replace(/s$/, ''))
}

const EMPTY_WORDS: ReadonlySet<string> = new Set([
  'num',
  'is',
  'n',
  'of',
  'the',
  'per',
  'config',
  'model',
  'size',
  'all',
])

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
