/** Reads the tokens of a template one by one, and keeps what the grammar must remember. */

import type { Token } from './lexer.js'
import { TemplateError } from './template-error.js'

/** Jinja2's own recursion ends at 69 brackets in one another, under Python's default limit of 1,000 frames. */
const MAX_NESTED_EXPRESSIONS = 70

const START: Token = { type: 'start', value: '', offset: 0 }

/** What is wrong with a template whose grammar is right. */
export interface LateError {
  readonly message: string
  readonly offset: number
}

/** When Jinja2 finds it: it looks for blocks that stand twice, then makes code, and then Python reads that. */
type Stage = 'blocks' | 'code' | 'python'

/** Whether a body reads `caller`; once it assigns to it, what it reads is its own. */
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
   * Whether what is read now runs only under a condition. Jinja2 leaves unknown filters and tests there to run time,
   * so that a template can ask for them first.
   */
  isConditional = false
  /** Unknown filters and tests of the expressions read so far that no condition guards. */
  unknownNames: LateError[] = []
  /** Whether names are read to be assigned to. */
  isStoring = false
  /** The macros and calls whose bodies are read now, and whether each asks for the `caller` of its own parameters. */
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

  /** The token after one. The end of the template stands where the last token does, as Jinja2 counts lines. */
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

  /** Reads something that may hold itself, and stops where Jinja2 would run out of stack. */
  nested<Value>(read: () => Value): Value {
    if (this.#nested === MAX_NESTED_EXPRESSIONS) this.fail('an expression nested deeper than Jinja2 reads')
    this.#nested += 1
    const value = read()
    this.#nested -= 1
    return value
  }

  /** Notes an error that Jinja2 finds when all of the template is read. */
  failLater(stage: Stage, message: string, { offset }: { readonly offset: number } = this.current): void {
    this.#late[stage].push({ message, offset })
  }

  /** The first of the errors that are found when all is read. */
  firstLateError(): LateError | undefined {
    const { blocks, code, python } = this.#late
    const ofCode = [...code, ...this.unknownNames].sort((one, other) => one.offset - other.offset)
    return [...blocks, ...ofCode, ...python][0]
  }

  /** Notes that a name is read or assigned to. */
  noteName(name: string, isStored = this.isStoring): void {
    if (name !== 'caller') return
    for (const use of this.callerUses) {
      if (isStored) use.isOwn = true
      else use.isUsed ||= !use.isOwn
    }
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
