import type { Cursor } from './cursor.js'
import { readItems } from './items.js'
import { PYTHON_KEYWORDS } from './names.js'

/** `(a, *b, c=d, **e)`: positional before named, and each of the two spreads at most once. */
export function readArguments(cursor: Cursor, readValue: () => void): void {
  const open = cursor.expectType('(')
  const named: string[] = []
  const seen = { spread: false, namedSpread: false }
  const ensure = (isValid: boolean) => {
    if (!isValid) cursor.fail('arguments are out of order: positional arguments come before named ones', open)
  }
  readItems(cursor, ')', () => {
    if (cursor.skipType('*')) {
      ensure(!seen.spread && !seen.namedSpread)
      seen.spread = true
    } else if (cursor.skipType('**')) {
      ensure(!seen.namedSpread)
      seen.namedSpread = true
    } else if (cursor.isType('name') && cursor.ahead.type === '=') {
      ensure(!seen.namedSpread)
      named.push(cursor.next().value)
      cursor.next()
    } else ensure(!seen.spread && !seen.namedSpread && named.length === 0)
    readValue()
  })
  if (new Set(named).size < named.length && !named.some((name) => PYTHON_KEYWORDS.has(name))) {
    cursor.failLater('python', 'a named argument is given twice', open)
  }
}
