import { HttpError } from '../http/http-error.js'

/** A condition on models: a comparison, or a combination of conditions. */
export type Filter =
  | { readonly kind: 'compare'; readonly field: string; readonly operator: Operator; readonly value: unknown }
  | { readonly kind: 'and' | 'or'; readonly filters: readonly Filter[] }
  | { readonly kind: 'not'; readonly filter: Filter }

const OPERATORS = ['$eq', '$like', '$lt', '$lte', '$gt', '$gte', '$in', '$nin'] as const
export type Operator = (typeof OPERATORS)[number]

/** The platform's words for the operators that only its other services use. */
const FOREIGN_OPERATORS = ['$contains', '$exists']

/** Deeper than anybody writes, and shallow enough for Postgres. */
const MAX_DEPTH = 16

type Dictionary = Readonly<Record<string, unknown>>

/**
 * Reads a filter from its JSON form: `{ "name": "x" }`, `{ "name": { "$like": "x" } }`, `{ "$or": [ … ] }`.
 *
 * @throws HttpError 400 with the platform's message, where it has one
 */
export function filterOf(value: unknown, depth = 0): Filter {
  const members = dictionary(value, 'a filter')
  if (depth > MAX_DEPTH) throw refused(`the filter is nested more than ${MAX_DEPTH} levels deep`)
  rejectMixed(members, 'Top-level')
  const combined = combination(members, (item) => filterOf(item, depth + 1))
  if (combined !== undefined) return combined
  const filters = Object.entries(members).map(([field, condition]): Filter => {
    if (isDictionary(condition) && Object.keys(condition).some((key) => key.startsWith('$')))
      return fieldFilter(field, condition, depth + 1)
    return { kind: 'compare', field, operator: '$eq', value: condition }
  })
  return conjunction(filters, 'No valid filter criteria found')
}

/** The condition of one field: `{ "$like": "x" }`, `{ "$or": [{ "$eq": "x" }, … ] }`. */
function fieldFilter(field: string, value: unknown, depth: number): Filter {
  const members = dictionary(value, `the filter of '${field}'`)
  if (depth > MAX_DEPTH) throw refused(`the filter is nested more than ${MAX_DEPTH} levels deep`)
  rejectMixed(members, `Field '${field}'`)
  const combined = combination(members, (item) => fieldFilter(field, item, depth + 1))
  if (combined !== undefined) return combined
  const operations = Object.entries(members).filter(([key]) => key.startsWith('$'))
  // The platform passes over what is not an operator; here no condition is lost in silence.
  const other = Object.keys(members).find((key) => !key.startsWith('$'))
  if (operations.length > 0 && other !== undefined) {
    throw refused(`The filter of '${field}' has the unknown operator ${JSON.stringify(other)}`)
  }
  const filters = operations.map(([key, operand]): Filter => {
    const operator = operatorOf(key)
    const isList = operator === '$in' || operator === '$nin'
    return {
      kind: 'compare',
      field,
      operator,
      value: isList && typeof operand === 'string' ? operand.split(',') : operand,
    }
  })
  return conjunction(filters, `No valid operation found for field ${field}`)
}

const LOGICAL = ['$and', '$or', '$not']

function combination(members: Dictionary, read: (item: unknown) => Filter): Filter | undefined {
  for (const kind of ['and', 'or'] as const) {
    const items = members[`$${kind}`]
    if (items === undefined) continue
    if (!Array.isArray(items)) throw refused(`$${kind} needs a list of filters`)
    return { kind, filters: items.map(read) }
  }
  return Object.hasOwn(members, '$not') ? { kind: 'not', filter: read(members['$not']) } : undefined
}

function rejectMixed(members: Dictionary, scope: string): void {
  const keys = Object.keys(members).sort()
  if (keys.length < 2 || !keys.some((key) => LOGICAL.includes(key))) return
  const listed = keys.map((key) => `'${key}'`).join(', ')
  throw refused(
    `${scope} filter mixes a logical operator with sibling keys ([${listed}]); wrap the siblings inside the logical ` +
      'operator or under an explicit $and',
  )
}

function conjunction(filters: readonly Filter[], emptyError: string): Filter {
  const [first] = filters
  if (first === undefined) throw refused(emptyError)
  return filters.length === 1 ? first : { kind: 'and', filters }
}

function operatorOf(key: string): Operator {
  const operator = OPERATORS.find((each) => each === key)
  if (operator !== undefined) return operator
  if (FOREIGN_OPERATORS.includes(key)) throw refused(`${key} is not an operator for models`)
  throw refused(`'${key}' is not a valid FilterOperator`)
}

function dictionary(value: unknown, what: string): Dictionary {
  if (isDictionary(value)) return value
  throw refused(`${what} must be an object`)
}

function isDictionary(value: unknown): value is Dictionary {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The refusal of a filter that cannot be used. */
export function refused(why: string): HttpError {
  return new HttpError(400, why)
}
