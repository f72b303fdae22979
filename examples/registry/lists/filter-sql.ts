import { searchable } from '../storage/rows.js'
import { type Filter, type Operator, refused } from './filter.js'

/** A condition in SQL, and the values of its `$1`, `$2`, … */
export interface Condition {
  readonly where: string
  readonly parameters: readonly unknown[]
}

/**
 * Writes a filter as a condition on the table `models`. Values only ever become parameters.
 *
 * @throws HttpError 400 for a field or a value that cannot be compared
 */
export function conditionOf(filter: Filter): Condition {
  const parameters: unknown[] = []
  const where = written(filter, (value) => {
    parameters.push(value)
    return `$${parameters.length}`
  })
  return { where, parameters }
}

/** Adds a parameter, and returns its placeholder. */
type Place = (value: unknown) => string

function written(filter: Filter, place: Place): string {
  switch (filter.kind) {
    case 'not':
      return `not (${written(filter.filter, place)})`
    case 'and':
    case 'or': {
      // The platform takes an empty list of alternatives for no condition.
      if (filter.filters.length === 0) return 'true'
      return filter.filters.map((each) => `(${written(each, place)})`).join(` ${filter.kind} `)
    }
    case 'compare':
      return comparison(filter.field, filter.operator, filter.value, place)
  }
}

/** How a field can be compared. */
interface Field {
  readonly column: string
  /**
   * `plain` is a column of the platform's store. `data` is a part of its JSON, where a null reads as the text `null` unless it is compared
   * with null itself.
   */
  readonly kind: 'plain' | 'data' | 'time'
  /** Whether `true` and `false` ask if the field has a value. */
  readonly hasPresence?: boolean
}

const FIELDS: Readonly<Record<string, Field>> = {
  id: { column: 'id', kind: 'plain' },
  name: { column: 'name', kind: 'plain' },
  workspace: { column: 'workspace', kind: 'plain' },
  project: { column: 'project', kind: 'plain' },
  entity_type: { column: "'model'", kind: 'plain' },
  description: { column: 'description', kind: 'data' },
  fileset: { column: 'fileset', kind: 'data' },
  base_model: { column: 'base_model', kind: 'data', hasPresence: true },
  finetuning_type: { column: 'finetuning_type', kind: 'data', hasPresence: true },
  created_at: { column: 'created_at', kind: 'time' },
  updated_at: { column: 'updated_at', kind: 'time' },
}

/** Fields that the platform knows, but answers wrongly or not at all. */
const NOT_HERE = ['adapters', 'lora_enabled', 'prompt']

const VALID_FIELDS = [...Object.keys(FIELDS), ...NOT_HERE].sort().map((field) => `'${field}'`)

function fieldOf(name: string): Field {
  const short = name.startsWith('data.') ? name.slice('data.'.length) : name
  const field = Object.hasOwn(FIELDS, short) ? FIELDS[short] : undefined
  if (field !== undefined && (short === name || field.kind === 'data')) return field
  if (NOT_HERE.includes(short) || short !== name) {
    throw refused(`models cannot be filtered by '${name}' here, but by ${Object.keys(FIELDS).join(', ')}`)
  }
  throw refused(`Unknown filter field '${name}'. Valid fields: [${VALID_FIELDS.join(', ')}]`)
}

function comparison(name: string, operator: Operator, value: unknown, place: Place): string {
  const field = fieldOf(name)
  const { column, kind } = field
  if (operator === '$eq') {
    const presence = field.hasPresence ? PRESENCE.get(value) : undefined
    if (presence !== undefined) return `${column} is ${presence ? 'not null' : 'null'}`
    if (value === null) return `${column} is null`
  }
  const text = kind === 'data' ? `coalesce(${column}, 'null')` : column
  const one = (item: unknown): string =>
    kind === 'time' ? `${place(timeOf(name, item))}::timestamp` : place(textOf(name, item))
  switch (operator) {
    case '$in':
    case '$nin': {
      if (!Array.isArray(value)) throw refused(`${operator} of '${name}' needs a list`)
      if (value.length === 0) return operator === '$in' ? 'false' : 'true'
      return `${text} ${operator === '$in' ? 'in' : 'not in'} (${value.map(one).join(', ')})`
    }
    case '$like':
      if (kind === 'time') throw refused(`'${name}' is a time, which $like cannot compare`)
      // `%` and `_` have their meaning, as on the platform; a backslash is a character like others.
      return `${text} ilike ${place(`%${textOf(name, value)}%`)} escape ''`
    default:
      return `${text} ${SIGNS[operator]} ${one(value)}`
  }
}

const PRESENCE: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  [true, true],
  ['true', true],
  [false, false],
  ['false', false],
])

const SIGNS = { $eq: '=', $lt: '<', $lte: '<=', $gt: '>', $gte: '>=' } as const

function textOf(name: string, value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return searchable(String(value)) ?? ''
  throw refused(`'${name}' is compared with a text, not with ${JSON.stringify(value)}`)
}

const TIME = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)(?:Z|[+-]\d\d:?\d\d)?)?$/

/** Python's `fromisoformat`, and like the platform without a look at the zone. */
function timeOf(name: string, value: unknown): string {
  const [, date, time = '00:00'] = TIME.exec(String(value)) ?? []
  const isReal = date !== undefined && !Number.isNaN(Date.parse(`${date}T${time}Z`)) && isRealDate(date)
  if (isReal) return `${date} ${time}`
  throw refused(`'${name}' is compared with a time such as 2026-11-26T00:17:50, not with ${JSON.stringify(value)}`)
}

/** `Date` takes the 30th of February for the 2nd of March, and Postgres has no year 0. */
function isRealDate(date: string): boolean {
  return !date.startsWith('0000') && new Date(`${date}T00:00Z`).toISOString().startsWith(date)
}
