/** The expressions of Jinja2 3.1. Checks the grammar only: builds no tree, and returns only what the statements need. */

import { readArguments } from './arguments.js'
import { type Cursor, describeToken } from './cursor.js'
import { readItems, readSeparated } from './items.js'
import { CONSTANTS, FILTERS, TESTS } from './names.js'

/** What kind of expression it is: an assignment target, a call, or anything else. */
export type Kind = 'target' | 'call' | 'other'

/** How to read a list of expressions without brackets. */
interface TupleOptions {
  /** Only names and literals, as on the left of an assignment. */
  readonly isSimple?: boolean
  readonly withCondition?: boolean
  readonly inParentheses?: boolean
  /** Whether `namespace.name` is allowed as a name. */
  readonly withNamespace?: boolean
}

/** `a` or `a, b`: the content of `{{ }}`, and the sides of an assignment. */
export function readTuple(cursor: Cursor, options: TupleOptions = {}): Kind {
  const { isSimple = false, withCondition = true, inParentheses = false, withNamespace = false } = options
  const kinds: Kind[] = []
  let isTuple = false
  do {
    if (kinds.length > 0) cursor.expectType(',')
    if (cursor.isType('variable_end', 'block_end', ')')) break
    if (isSimple) kinds.push(readPrimary(cursor, withNamespace))
    else kinds.push(withCondition ? readExpression(cursor) : cursor.nested(() => readOr(cursor)))
    isTuple ||= cursor.isType(',')
  } while (cursor.isType(','))
  const [first] = kinds
  if (!isTuple && first !== undefined) return first
  if (!isTuple && !inParentheses) cursor.fail(`expected an expression, found ${describeToken(cursor.current)}`)
  return kinds.every((kind) => kind === 'target') ? 'target' : 'other'
}

/** One expression, including conditional ones (`a if b else c`). */
export function readExpression(cursor: Cursor): Kind {
  return cursor.nested(() => readCondition(cursor))
}

function readCondition(cursor: Cursor): Kind {
  const known = cursor.unknownNames.length
  let kind = readOr(cursor)
  while (cursor.skipName('if')) {
    kind = 'other'
    readOr(cursor)
    // The node after `else` may be conditional too: the loop reads it.
    if (cursor.skipName('else')) readOr(cursor)
    // Unknown filters and tests are allowed in all three operands.
    cursor.unknownNames.length = known
  }
  return kind
}

function readOr(cursor: Cursor): Kind {
  return readOperands(cursor, readAnd, () => cursor.skipName('or'))
}

function readAnd(cursor: Cursor): Kind {
  return readOperands(cursor, readNot, () => cursor.skipName('and'))
}

function readNot(cursor: Cursor): Kind {
  let isNegated = false
  while (cursor.skipName('not')) isNegated = true
  const kind = readCompare(cursor)
  return isNegated ? 'other' : kind
}

function readCompare(cursor: Cursor): Kind {
  return readOperands(
    cursor,
    () => readArithmetic(cursor),
    () => {
      if (cursor.isType('==', '!=', '<', '<=', '>', '>=') || cursor.isName('in')) {
        cursor.next()
        return true
      }
      if (!cursor.isName('not') || !cursor.isAhead('in')) return false
      cursor.next()
      cursor.next()
      return true
    },
  )
}

/** The operators, from the lowest precedence to the highest. */
const ARITHMETIC: readonly (readonly string[])[] = [['+', '-'], ['~'], ['*', '/', '//', '%'], ['**']]

function readArithmetic(cursor: Cursor, level = 0): Kind {
  const operators = ARITHMETIC[level]
  if (operators === undefined) return readUnary(cursor)
  return readOperands(
    cursor,
    () => readArithmetic(cursor, level + 1),
    () => skipAny(cursor, ...operators),
  )
}

function readOperands(cursor: Cursor, readOperand: (cursor: Cursor) => Kind, skipOperator: () => boolean): Kind {
  let kind = readOperand(cursor)
  while (skipOperator()) {
    readOperand(cursor)
    kind = 'other'
  }
  return kind
}

function skipAny(cursor: Cursor, ...operators: readonly string[]): boolean {
  return operators.some((operator) => cursor.skipType(operator))
}

function readUnary(cursor: Cursor): Kind {
  let isSigned = false
  while (skipAny(cursor, '-', '+')) isSigned = true
  const kind = readPostfix(cursor, readPrimary(cursor))
  return readFilters(cursor, isSigned ? 'other' : kind)
}

function readPrimary(cursor: Cursor, withNamespace = false): Kind {
  const token = cursor.current
  if (!PRIMARIES.has(token.type)) cursor.fail(`expected an expression, found ${describeToken(token)}`)
  cursor.next()
  switch (token.type) {
    case 'name':
      if (CONSTANTS.has(token.value)) return 'other'
      if (withNamespace && cursor.skipType('.')) cursor.expectType('name')
      else cursor.noteName(token.value)
      return 'target'
    case 'string':
      while (cursor.skipType('string'));
      return 'other'
    case 'integer':
    case 'float':
      return 'other'
    case '(': {
      const kind = readTuple(cursor, { inParentheses: true })
      cursor.expectType(')')
      return kind
    }
    case '[':
      readItems(cursor, ']', () => readExpression(cursor))
      return 'other'
    default:
      readItems(cursor, '}', () => {
        readExpression(cursor)
        cursor.expectType(':')
        readExpression(cursor)
      })
      return 'other'
  }
}

/** The tokens that can start an expression, after signs and `not`. */
const PRIMARIES: ReadonlySet<string> = new Set(['name', 'string', 'integer', 'float', '(', '[', '{'])

function readPostfix(cursor: Cursor, primary: Kind): Kind {
  let kind = primary
  for (;;) {
    if (cursor.isType('(')) {
      readArguments(cursor, () => readExpression(cursor))
      kind = 'call'
    } else if (cursor.skipType('.')) {
      if (!cursor.isType('name', 'integer'))
        cursor.fail(`expected a name or a number after ".", found ${describeToken(cursor.current)}`)
      cursor.next()
      kind = 'other'
    } else if (cursor.skipType('[')) {
      readSubscripts(cursor)
      kind = 'other'
    } else return kind
  }
}

function readSubscripts(cursor: Cursor): void {
  const open = cursor.current
  let hasSlice = false
  const count = readSeparated(cursor, ']', () => {
    hasSlice = readSubscript(cursor) || hasSlice
  })
  if (count > 1 && hasSlice) cursor.failLater('python', 'Python cannot compile a slice next to other indices', open)
  cursor.expectType(']')
}

/** An index, or a slice with up to two colons. Returns whether it is a slice. */
function readSubscript(cursor: Cursor): boolean {
  if (!cursor.isType(':')) readExpression(cursor)
  const isSlice = cursor.isType(':')
  for (let colons = 0; colons < 2 && cursor.skipType(':'); colons++) {
    if (!cursor.isType(':', ']', ',')) readExpression(cursor)
  }
  return isSlice
}

function readFilters(cursor: Cursor, operand: Kind): Kind {
  let kind = operand
  for (;;) {
    if (cursor.isType('|')) {
      cursor.next()
      readFilter(cursor)
      kind = 'other'
    } else if (cursor.isName('is')) {
      readTest(cursor)
      kind = 'other'
    } else if (cursor.isType('(')) {
      readArguments(cursor, () => readExpression(cursor))
      kind = 'call'
    } else return kind
  }
}

/** A filter after its `|`, with its arguments. */
export function readFilter(cursor: Cursor): void {
  const token = cursor.current
  cursor.use('filter', readDottedName(cursor), FILTERS, token)
  if (cursor.isType('(')) readArguments(cursor, () => readExpression(cursor))
}

/** A chain of filters, starting at the first `|`, if there is one. */
export function readFilterChain(cursor: Cursor): void {
  while (cursor.skipType('|')) readFilter(cursor)
}

/** A test, starting at its `is`: Jinja2 reports an unknown test there. */
function readTest(cursor: Cursor): void {
  const token = cursor.next()
  cursor.skipName('not')
  cursor.use('test', readDottedName(cursor), TESTS, token)
  if (cursor.isType('(')) readArguments(cursor, () => readExpression(cursor))
  else if (cursor.isType('name', 'string', 'integer', 'float', '[', '{') && !cursor.isName('else', 'or', 'and')) {
    if (cursor.isName('is')) cursor.fail('tests cannot be chained with "is"')
    readPostfix(cursor, readPrimary(cursor))
  }
}

function readDottedName(cursor: Cursor): string {
  let name = cursor.expectType('name').value
  while (cursor.skipType('.')) name += `.${cursor.expectType('name').value}`
  return name
}
