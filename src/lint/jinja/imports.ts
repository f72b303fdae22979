/** The statements that import other templates. Whether those exist is only known at run time. */

import type { Cursor } from './cursor.js'
import { readExpression } from './expressions.js'
import { CONSTANTS } from './names.js'

export function readInclude(cursor: Cursor): void {
  readExpression(cursor)
  if (cursor.isName('ignore') && cursor.isAhead('missing')) {
    cursor.next()
    cursor.next()
  }
  skipContext(cursor)
}

export function readImport(cursor: Cursor): void {
  readExpression(cursor)
  cursor.expectName('as')
  readNewName(cursor)
  skipContext(cursor)
}

export function readFrom(cursor: Cursor): void {
  readExpression(cursor)
  cursor.expectName('import')
  for (let isFirst = true; ; isFirst = false) {
    if (!isFirst) cursor.expectType(',')
    if (skipContext(cursor)) return
    const name = cursor.current
    readNewName(cursor)
    if (name.value.startsWith('_')) cursor.fail('a name that starts with "_" cannot be imported', name)
    if (cursor.skipName('as')) readNewName(cursor)
    if (skipContext(cursor) || !cursor.isType(',')) return
  }
}

/** `with context` or `without context`. */
function skipContext(cursor: Cursor): boolean {
  const isContext = cursor.isName('with', 'without') && cursor.isAhead('context')
  if (isContext) {
    cursor.next()
    cursor.next()
  }
  return isContext
}

/** A name that is declared here: of a macro, a parameter or an import. */
export function readNewName(cursor: Cursor): void {
  const name = cursor.expectType('name')
  if (CONSTANTS.has(name.value)) cursor.fail(`cannot assign to "${name.value}"`, name)
}
