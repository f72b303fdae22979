/** Reads the tokens of a template one by one, and keeps what the grammar must remember. */

import type { Token } from './lexer.js'
import { TemplateError } from './template-error.js'

/** Jinja2's own recursion ends at 69 brackets in one another, under Python's default limit of 1,000 frames. */
const MAX_NESTED_EXPRESSIONS = 70

const END: Token = { type: 'eof', value: '', offset: 0 }

/** A name that must be known when the template is compiled. */
interface NameUse {
  readonly message: string
  readonly offset: number
}

export class Cursor {
  readonly #tokens: readonly Token[]
  #at = 0
  #nested = 0

  /**
   * Whether what is read now runs only under a condition. Jinja2 leaves unknown filters and tests there to run time,
   * so that a template can ask for them first.
   */
  isConditional = false
  /** Unknown filters and tests of the expressions read so far that no condition guards. */
  unknownNames: NameUse[] = []

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  get current(): Token {
    return this.#tokens[this.#at] ?? this.#tokens.at(-1) ?? END
  }

  get ahead(): Token {
    return this.#tokens[this.#at + 1] ?? this.#tokens.at(-1) ?? END
  }

  next(): Token {
    const token = this.current
    this.#at += 1
    return token
  }

  isType(...types: readonly string[]): boolean {
    return types.includes(this.current.type)
  }

  isName(...names: readonly string[]): boolean {
    return this.current.type === 'name' && names.includes(this.current.value)
  }

  isAhead(name: string): boolean {
    return this.ahead.type === 'name' && this.ahead.value === name
  }

  skipType(type: string): boolean {
    const isIt = this.current.type === type
    if (isIt) this.#at += 1
    return isIt
  }

  skipName(name: string): boolean {
    const isIt = this.isName(name)
    if (isIt) this.#at += 1
    return isIt
  }

  expectType(type: string): Token {
    if (this.current.type !== type) this.fail(`expected ${describe(type)}, found ${describeToken(this.current)}`)
    return this.next()
  }

  expectName(name: string): void {
    if (!this.skipName(name)) this.fail(`expected "${name}", found ${describeToken(this.current)}`)
  }

  fail(message: string, { offset }: { readonly offset: number } = this.current): never {
    throw new TemplateError(message, offset)
  }

  /** Reads something that may hold itself, and stops where Jinja2 would run out of stack. */
  nested<Value>(read: () => Value): Value {
    if (this.#nested === MAX_NESTED_EXPRESSIONS) this.fail('an expression nested deeper than Jinja2 reads')
    this.#nested += 1
    const value = read()
    this.#nested -= 1
    return value
  }

  /** Notes the use of a filter or a test. */
  use(kind: 'filter' | 'test', name: string, known: ReadonlySet<string>, { offset }: Token): void {
    if (this.isConditional || known.has(name)) return
    this.unknownNames.push({ message: `there is no ${kind} ${JSON.stringify(name.slice(0, 60))}`, offset })
  }
}

export function describeToken({ type, value }: Token): string {
  return type === 'name' ? `"${value.slice(0, 60)}"` : describe(type)
}

const DESCRIPTIONS: ReadonlyMap<string, string> = new Map([
  ['block_begin', '"{%"'],
  ['block_end', '"%}"'],
  ['variable_begin', '"{{"'],
  ['variable_end', '"}}"'],
  ['data', 'text'],
  ['eof', 'the end of the template'],
  ['name', 'a name'],
  ['string', 'a quoted text'],
  ['integer', 'a number'],
  ['float', 'a number'],
])

function describe(type: string): string {
  return DESCRIPTIONS.get(type) ?? `"${type}"`
}
