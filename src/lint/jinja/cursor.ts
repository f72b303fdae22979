/** Reads the tokens of a template one by one, and keeps the state that the grammar needs. */

import type { Token } from './lexer.js'
import { TemplateError } from './template-error.js'

/** Jinja2's own recursion ends at 69 nested brackets under Python's default limit of 1,000 frames. */
const MAX_NESTED_EXPRESSIONS = 70

const START: Token = { type: 'start', value: '', offset: 0 }

/** An error in a template whose grammar is correct. */
export interface LateError {
  readonly message: string
  readonly offset: number
}

/** When Jinja2 finds it. It first looks for duplicate blocks, then generates code, and then Python compiles that. */
type Stage = 'blocks' | 'code' | 'python'

/** Whether a body reads `caller`. After it assigns to `caller`, it reads its own variable. */
export interface CallerUse {
  isUsed: boolean
  isOwn: boolean
}

export class Cursor {
  readonly #tokens: Iterator<Token>
  #current: Token
  #ahead: Token | undefined
  #nested = 0

  /**
   * Whether the current code runs only under a condition. There Jinja2 reports unknown filters and tests at run time, so
   * that a template can check first whether they exist.
   */
  isConditional = false
  /** Unknown filters and tests found so far that are not under a condition. */
  unknownNames: LateError[] = []
  /** Whether the names being read are assignment targets. */
  isStoring = false
  /** The macros and calls whose bodies are being read, and how each uses `caller`. */
  callerUses: CallerUse[] = []
  readonly #late: Record<Stage, LateError[]> = { blocks: [], code: [], python: [] }

  constructor(tokens: Iterable<Token>) {
    this.#tokens = tokens[Symbol.iterator]()
    this.#current = this.#read(START)
  }

  get current(): Token {
    return this.#current
  }

  get ahead(): Token {
    this.#ahead ??= this.#read(this.#current)
    return this.#ahead
  }

  next(): Token {
    const token = this.#current
    this.#current = this.ahead
    this.#ahead = undefined
    return token
  }

  /** The token after one. The end of the template has the position of the last token, because Jinja2 counts lines so. */
  #read(before: Token): Token {
    if (before.type === 'eof') return before
    const { done, value } = this.#tokens.next()
    return done ? { type: 'eof', value: '', offset: before.offset } : value
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
    if (isIt) this.next()
    return isIt
  }

  skipName(name: string): boolean {
    const isIt = this.isName(name)
    if (isIt) this.next()
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

  /** Reads something that can be nested. Fails at the depth where Jinja2 would overflow its stack. */
  nested<Value>(read: () => Value): Value {
    if (this.#nested === MAX_NESTED_EXPRESSIONS) this.fail('this expression is nested too deeply for Jinja2')
    this.#nested += 1
    const value = read()
    this.#nested -= 1
    return value
  }

  /** Records an error that Jinja2 finds only after reading the whole template. */
  failLater(stage: Stage, message: string, { offset }: { readonly offset: number } = this.current): void {
    this.#late[stage].push({ message, offset })
  }

  /** The first error that is found after reading the whole template. */
  firstLateError(): LateError | undefined {
    const { blocks, code, python } = this.#late
    const ofCode = [...code, ...this.unknownNames].sort((one, other) => one.offset - other.offset)
    return [...blocks, ...ofCode, ...python][0]
  }

  /** Records that a name is read or assigned to. */
  noteName(name: string, isStored = this.isStoring): void {
    if (name !== 'caller') return
    for (const use of this.callerUses) {
      if (isStored) use.isOwn = true
      else use.isUsed ||= !use.isOwn
    }
  }

  /** Records the use of a filter or a test. */
  use(kind: 'filter' | 'test', name: string, known: ReadonlySet<string>, { offset }: Token): void {
    if (this.isConditional || known.has(name)) return
    this.unknownNames.push({ message: `unknown ${kind} ${JSON.stringify(name.slice(0, 60))}`, offset })
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
  ['string', 'a string'],
  ['integer', 'a number'],
  ['float', 'a number'],
])

function describe(type: string): string {
  return DESCRIPTIONS.get(type) ?? `"${type}"`
}
