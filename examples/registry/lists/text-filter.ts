import { type Filter, type Operator, refused } from './filter.js'

/**
 * Reads a filter from its text form: `base_model:"default/llama" AND -finetuning_type:"lora"`, `name~"llama" OR name IN ["a", "b"]`.
 * `AND` binds tighter than `OR` and may be left out; `-` negates; parentheses group.
 *
 * @throws HttpError 400
 */
export function textFilter(text: string): Filter {
  if (text.trim() === '') throw refused('Filter query cannot be empty')
  const tokens = new Tokens(text)
  const filter = alternatives(tokens, 0)
  tokens.end()
  return filter
}

const MAX_DEPTH = 16

function alternatives(tokens: Tokens, depth: number): Filter {
  const filters = [conjunction(tokens, depth)]
  while (tokens.skip('OR')) filters.push(conjunction(tokens, depth))
  return combined('or', filters)
}

function conjunction(tokens: Tokens, depth: number): Filter {
  const filters = [unary(tokens, depth)]
  while (tokens.skip('AND') || tokens.startsCondition()) filters.push(unary(tokens, depth))
  return combined('and', filters)
}

function combined(kind: 'and' | 'or', filters: readonly Filter[]): Filter {
  const [first] = filters
  return filters.length === 1 && first !== undefined ? first : { kind, filters }
}

function unary(tokens: Tokens, depth: number): Filter {
  if (depth > MAX_DEPTH) throw refused(`the filter is nested more than ${MAX_DEPTH} levels deep`)
  if (tokens.skip('-')) return { kind: 'not', filter: atom(tokens, depth + 1) }
  return atom(tokens, depth)
}

function atom(tokens: Tokens, depth: number): Filter {
  if (!tokens.skip('(')) return condition(tokens)
  const inner = alternatives(tokens, depth + 1)
  tokens.expect(')')
  return inner
}

function condition(tokens: Tokens): Filter {
  const field = tokens.field()
  if (tokens.skip('NOT')) {
    tokens.expect('IN')
    return { kind: 'compare', field, operator: '$nin', value: list(tokens) }
  }
  if (tokens.skip('IN')) return { kind: 'compare', field, operator: '$in', value: list(tokens) }
  return { kind: 'compare', field, operator: tokens.operator(), value: tokens.value() }
}

function list(tokens: Tokens): unknown[] {
  const items: unknown[] = []
  tokens.expect('[')
  if (tokens.skip(']')) return items
  do items.push(tokens.value())
  while (tokens.skip(','))
  tokens.expect(']')
  return items
}

const OPERATORS: Readonly<Record<string, Operator>> = {
  ':': '$eq',
  '~': '$like',
  '>=': '$gte',
  '>': '$gt',
  '<=': '$lte',
  '<': '$lt',
}

const TOKEN = /\s*("(?:[^"\\\n]|\\.)*"|-?\d+(?:\.\d+)?|[a-z_][a-z0-9_]*|>=|<=|[:~<>()[\],.-])/iy

/** The tokens of a text, read one after the other. */
class Tokens {
  private readonly tokens: readonly string[]
  private at = 0

  constructor(text: string) {
    const tokens: string[] = []
    TOKEN.lastIndex = 0
    for (let end = 0; text.slice(end).trim() !== ''; end = TOKEN.lastIndex) {
      const token = TOKEN.exec(text)?.[1]
      if (token === undefined) throw unexpected(JSON.stringify(text.slice(end).trim().slice(0, 20)))
      tokens.push(token)
    }
    this.tokens = tokens
  }

  skip(wanted: string): boolean {
    if (this.next()?.toUpperCase() !== wanted) return false
    this.at += 1
    return true
  }

  expect(wanted: string): void {
    if (!this.skip(wanted)) throw this.unexpected(wanted)
  }

  end(): void {
    if (this.next() !== undefined) throw this.unexpected('the end')
  }

  /** Whether another condition follows without an `AND` before it. */
  startsCondition(): boolean {
    const token = this.next()
    return token !== undefined && (/^[a-z_(]/i.test(token) || token === '-') && !/^(?:or|and|in|not)$/i.test(token)
  }

  field(): string {
    let field = this.word()
    while (this.skip('.')) field += `.${this.word()}`
    if (!this.skip('[')) return field
    const key = this.value()
    this.expect(']')
    return `${field}.${String(key)}`
  }

  operator(): Operator {
    const operator = OPERATORS[this.next() ?? '']
    if (operator === undefined) throw this.unexpected('one of : ~ > >= < <= IN')
    this.at += 1
    return operator
  }

  value(): unknown {
    const token = this.next() ?? ''
    if (!/^["\d-]/.test(token) && token.toLowerCase() !== 'null')
      throw this.unexpected('a value in quotes, a number or null')
    this.at += 1
    if (token.startsWith('"')) return unquoted(token)
    return token.toLowerCase() === 'null' ? null : Number(token)
  }

  private word(): string {
    const token = this.next() ?? ''
    if (!/^[a-z_]/i.test(token)) throw this.unexpected('a field')
    this.at += 1
    return token
  }

  private next(): string | undefined {
    return this.tokens[this.at]
  }

  private unexpected(wanted: string): Error {
    return unexpected(this.next() ?? 'the end', wanted)
  }
}

function unexpected(found: string, wanted?: string): Error {
  return refused(`Unexpected ${found} in the filter${wanted === undefined ? '' : `, expected ${wanted}`}`)
}

/** JSON's escapes are the same as Python's where people use them. Others stay as they are written. */
function unquoted(token: string): string {
  try {
    return String(JSON.parse(token))
  } catch {
    return token.slice(1, -1).replaceAll('\\"', '"')
  }
}
