import { type Filter, filterOf, refused } from './filter.js'
import { textFilter } from './text-filter.js'

/**
 * Reads the filter of a query in any of its three notations: brackets (`filter[name][$like]=llama`), JSON (`filter={"name":"llama"}`) and
 * text (`filter=name:"llama"`).
 *
 * @throws HttpError 400
 */
export function filterParameter(query: URLSearchParams): Filter | undefined {
  const written = query.getAll('filter').at(-1)
  if (written === undefined) {
    const members = bracketMembers(query)
    return members === undefined ? undefined : filterOf(members)
  }
  return written.startsWith('{') ? filterOf(parsedJson(written)) : textFilter(written)
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw refused(`Invalid JSON in filter parameter: ${text}`)
  }
}

/** `filter[a][b]=c` as `{ a: { b: 'c' } }`. Undefined without such a parameter. */
function bracketMembers(query: URLSearchParams): object | undefined {
  const root = new Map<string, unknown>()
  for (const name of new Set(query.keys())) {
    const [first, ...path] = name.replaceAll(']', '').split('[')
    if (first !== 'filter' || path.length === 0) continue
    put(root, path, parameterValue(query.getAll(name)), name)
  }
  return root.size === 0 ? undefined : asObject(root, 0)
}

function put(root: Map<string, unknown>, path: readonly string[], value: unknown, name: string): void {
  let current = root
  for (const part of path.slice(0, -1)) {
    const next = current.get(part) ?? new Map<string, unknown>()
    if (!(next instanceof Map)) throw refused(`${name} contradicts another parameter of the filter`)
    current.set(part, next)
    current = next
  }
  const last = path.at(-1) ?? ''
  if (current.has(last)) throw refused(`${name} contradicts another parameter of the filter`)
  current.set(last, value)
}

/** The operators that may be written without `$` in brackets. */
const ALIASES = ['gte', 'lte', 'gt', 'lt', 'like', 'eq', 'in', 'nin', 'not', 'exists']

/** Fields stay as they are; below them, operators get their `$`, and a field without operator is compared with `$eq`. */
function asObject(members: ReadonlyMap<string, unknown>, depth: number): object {
  const entries = [...members].map(([key, value]) => {
    const name = depth > 0 && ALIASES.includes(key) ? `$${key}` : key
    if (value instanceof Map) return [name, asObject(value, depth + 1)]
    return [name, depth === 0 && !isOperators(value) ? { $eq: value } : value]
  })
  return Object.fromEntries(entries)
}

function isOperators(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The values of one parameter: JSON, nothing for null, or texts that commas divide. */
function parameterValue(values: readonly string[]): unknown {
  const all = values.flatMap((value): unknown[] => {
    if (value.startsWith('{') || value.startsWith('[')) return [bracketJson(value)]
    if (value === '') return [null]
    return value.includes(',') ? value.split(',').map((part) => part.trim()) : [value]
  })
  return all.length === 1 ? all[0] : all
}

function bracketJson(value: string): unknown {
  try {
    return JSON.parse(value)
  } catch {
    throw refused(
      `Invalid filter value: '${value}'. Array and object values must be valid JSON with proper quoting. ` +
        'Example: ["item1","item2"] not [item1,item2]',
    )
  }
}
