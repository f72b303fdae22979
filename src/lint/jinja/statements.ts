/** The statements of Jinja2 3.1, with loop controls and the `generation` block of transformers. */

import { type CallerUse, type Cursor, describeToken } from './cursor.js'
import { readExpression, readFilter, readFilterChain, readTuple } from './expressions.js'
import { readFrom, readImport, readInclude, readNewName } from './imports.js'
import { readSeparated } from './items.js'
import { readSignature } from './signature.js'
import { readTarget } from './targets.js'

/** Templates compile to Python, which allows 100 levels of indentation and 20 nested loops. */
const MAX_NESTED_BLOCKS = 98
const MAX_NESTED_LOOPS = 20

/** The surroundings of a statement. */
interface Scope {
  /** The tag itself: Jinja2 reports most errors of a statement there. */
  readonly tag: { readonly offset: number }
  /** The open tags, innermost last. Used in the message for an unclosed tag. */
  readonly open: readonly string[]
  /** The tags that can end the body being read. */
  readonly ends: readonly string[]
  /** How many loops `break` could leave. A macro starts at 0. */
  readonly loops: number
  /** Whether the statement is inside a `for`, which defines `loop`. */
  readonly isInLoop: boolean
  readonly isTop: boolean
  /** The block names of the whole template. */
  readonly blocks: Set<string>
}

/** Reads a whole template. */
export function readTemplate(cursor: Cursor): void {
  readBody(cursor, {
    tag: cursor.current,
    open: [],
    ends: [],
    loops: 0,
    isInLoop: false,
    isTop: true,
    blocks: new Set(),
  })
}

/** Reads up to a tag that ends the body; at the top, up to the end. Returns whether there was only blank text. */
function readBody(cursor: Cursor, scope: Scope): boolean {
  let isBlank = true
  while (!cursor.isType('eof')) {
    if (cursor.isType('data')) {
      const text = cursor.next().value
      isBlank &&= text.trim() === ''
      continue
    }
    if (cursor.skipType('variable_begin')) {
      readTuple(cursor)
      cursor.expectType('variable_end')
    } else {
      cursor.expectType('block_begin')
      if (scope.ends.length > 0 && cursor.isName(...scope.ends)) return isBlank
      readStatement(cursor, scope)
      cursor.expectType('block_end')
    }
    isBlank = false
  }
  if (scope.ends.length > 0) cursor.fail(`"${scope.open.at(-1)}" is never closed: ${lookingFor(scope)}`)
  return isBlank
}

function readStatement(cursor: Cursor, scope: Scope): void {
  const tag = cursor.current
  if (tag.type !== 'name') cursor.fail(`expected the name of a tag, found ${describeToken(tag)}`)
  const read = STATEMENTS.get(tag.value)
  if (read === undefined) {
    const looking = scope.ends.length > 0 ? `: ${lookingFor(scope)}` : ''
    cursor.fail(`unknown tag "${tag.value.slice(0, 60)}"${looking}`)
  }
  if (scope.open.length === MAX_NESTED_BLOCKS) cursor.fail('blocks are nested too deeply for Python to compile')
  cursor.next()
  read(cursor, { ...scope, tag, open: [...scope.open, tag.value] })
}

function lookingFor({ ends }: Scope): string {
  return `expected ${ends.map((end) => `{% ${end} %}`).join(' or ')}`
}

type ReadStatement = (cursor: Cursor, scope: Scope) => void

const STATEMENTS: ReadonlyMap<string, ReadStatement> = new Map<string, ReadStatement>([
  ['for', readFor],
  ['if', readIf],
  ['set', readSet],
  ['macro', readMacro],
  ['call', readCall],
  ['filter', readFilterBlock],
  ['with', readWith],
  ['block', readBlock],
  ['autoescape', readAutoescape],
  ['generation', (cursor, scope) => readToEnd(cursor, { ...scope, loops: 0, isTop: false }, 'endgeneration')],
  ['print', readPrint],
  ['extends', readExtends],
  ['include', readInclude],
  ['import', readImport],
  ['from', readFrom],
  ['break', readLoopControl],
  ['continue', readLoopControl],
])

/** Reads the rest of an opening tag, the body, and the name of the end tag. A colon is allowed, as in Python. */
function readTo(cursor: Cursor, scope: Scope, ...ends: readonly string[]): { end: string; isBlank: boolean } {
  cursor.skipType(':')
  cursor.expectType('block_end')
  const isBlank = readBody(cursor, { ...scope, ends })
  return { end: cursor.next().value, isBlank }
}

/** Like {@link readTo}, but ignores the conditions around it: Jinja2 compiles what has its own scope separately. */
function readToEnd(cursor: Cursor, scope: Scope, end: string): boolean {
  return unconditional(cursor, () => readTo(cursor, { ...scope, isTop: false }, end).isBlank)
}

function unconditional<Value>(cursor: Cursor, read: () => Value): Value {
  const { isConditional } = cursor
  cursor.isConditional = false
  const value = read()
  cursor.isConditional = isConditional
  return value
}

function readFor(cursor: Cursor, scope: Scope): void {
  const inner: Scope = { ...scope, loops: scope.loops + 1, isInLoop: true, isTop: false }
  if (inner.loops > MAX_NESTED_LOOPS) cursor.failLater('python', 'loops are nested too deeply for Python to compile')
  readTarget(cursor, inner)
  cursor.expectName('in')
  readTuple(cursor, { withCondition: false })
  unconditional(cursor, () => {
    if (cursor.skipName('if')) readExpression(cursor)
    const isRecursive = cursor.skipName('recursive')
    const { end } = readTo(cursor, inner, 'endfor', 'else')
    // The else branch runs after the loop. In a recursive loop it runs in a function of its own.
    if (end === 'else') readTo(cursor, { ...inner, loops: isRecursive ? 0 : scope.loops }, 'endfor')
  })
}

function readIf(cursor: Cursor, scope: Scope): void {
  const { isConditional } = cursor
  cursor.isConditional = true
  let end = 'elif'
  while (end === 'elif') {
    readTuple(cursor, { withCondition: false })
    end = readTo(cursor, scope, 'elif', 'else', 'endif').end
  }
  if (end === 'else') readTo(cursor, scope, 'endif')
  cursor.isConditional = isConditional
}

function readSet(cursor: Cursor, scope: Scope): void {
  readTarget(cursor, scope, { withNamespace: true })
  if (cursor.skipType('=')) {
    readTuple(cursor)
    return
  }
  unconditional(cursor, () => readFilterChain(cursor))
  readToEnd(cursor, scope, 'endset')
}

function readMacro(cursor: Cursor, scope: Scope): void {
  readNewName(cursor)
  unconditional(cursor, () => {
    const takesCaller = readSignature(cursor)
    readMacroBody(cursor, scope, { end: 'endmacro', takesCaller })
  })
}

function readCall(cursor: Cursor, scope: Scope): void {
  const takesCaller = cursor.isType('(') && readSignature(cursor)
  if (readExpression(cursor) !== 'call') cursor.fail('expected a macro call', scope.tag)
  readMacroBody(cursor, scope, { end: 'endcall', takesCaller })
}

interface MacroBody {
  readonly end: string
  /** Whether `caller` is a parameter without a default. */
  readonly takesCaller: boolean
}

/** The body of a macro or call. Jinja2 passes `caller` itself, so a parameter of that name needs a default if it is used. */
function readMacroBody(cursor: Cursor, scope: Scope, { end, takesCaller }: MacroBody): void {
  const use: CallerUse = { isUsed: false, isOwn: false }
  cursor.callerUses.push(use)
  readToEnd(cursor, { ...scope, loops: 0 }, end)
  cursor.callerUses.pop()
  if (takesCaller && use.isUsed)
    cursor.failLater('code', 'the parameter "caller" needs a default, or must be removed', scope.tag)
}

function readFilterBlock(cursor: Cursor, scope: Scope): void {
  unconditional(cursor, () => {
    readFilter(cursor)
    readFilterChain(cursor)
  })
  readToEnd(cursor, scope, 'endfilter')
}

function readWith(cursor: Cursor, scope: Scope): void {
  readSeparated(cursor, 'block_end', () => {
    readTarget(cursor, { ...scope, isInLoop: false })
    cursor.expectType('=')
    readExpression(cursor)
  })
  readToEnd(cursor, scope, 'endwith')
}

function readBlock(cursor: Cursor, scope: Scope): void {
  const name = cursor.expectType('name')
  if (scope.blocks.has(name.value))
    cursor.failLater('blocks', `the block "${name.value.slice(0, 60)}" is already defined`, scope.tag)
  scope.blocks.add(name.value)
  cursor.skipName('scoped')
  const isRequired = cursor.skipName('required')
  // A block is compiled separately: it cannot read names of the macro around it.
  const { callerUses } = cursor
  cursor.callerUses = []
  const isBlank = readToEnd(cursor, { ...scope, loops: 0 }, 'endblock')
  cursor.callerUses = callerUses
  if (isRequired && !isBlank) cursor.fail('a required block can contain only comments and spaces')
  cursor.skipName(name.value)
}

function readAutoescape(cursor: Cursor, scope: Scope): void {
  readExpression(cursor)
  readToEnd(cursor, scope, 'endautoescape')
}

function readPrint(cursor: Cursor): void {
  readSeparated(cursor, 'block_end', () => readExpression(cursor))
}

function readExtends(cursor: Cursor, { isTop }: Scope): void {
  if (!isTop) cursor.failLater('code', '"extends" is only allowed at the top of a template')
  readExpression(cursor)
}

function readLoopControl(cursor: Cursor, { loops, open }: Scope): void {
  if (loops === 0) cursor.failLater('python', `"${open.at(-1)}" outside a loop`)
}
