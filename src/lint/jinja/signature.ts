import type { Cursor } from './cursor.js'
import { readExpression } from './expressions.js'
import { readNewName } from './imports.js'
import { readSeparated } from './items.js'

/** The parameters of a macro or a call, in brackets. Returns whether `caller` is one of them without a default. */
export function readSignature(cursor: Cursor): boolean {
  cursor.expectType('(')
  const names = new Set<string>()
  let hasDefault = false
  let takesCaller = false
  readSeparated(cursor, ')', () => {
    const name = cursor.current
    readNewName(cursor)
    if (names.has(name.value))
      cursor.failLater('python', `the parameter "${name.value.slice(0, 60)}" is given twice`, name)
    names.add(name.value)
    cursor.noteName(name.value, true)
    if (name.value === 'caller') takesCaller = !cursor.isType('=')
    if (cursor.skipType('=')) {
      hasDefault = true
      readExpression(cursor)
    } else if (hasDefault) cursor.fail('a parameter without a default follows one with a default')
  })
  cursor.expectType(')')
  return takesCaller
}
