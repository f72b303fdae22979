/** Lists with commas: some may end in one more, some may not. */

import type { Cursor } from './cursor.js'

/** Items up to a closing token, which is read too; a comma may follow the last. */
export function readItems(cursor: Cursor, close: string, readItem: () => void): void {
  for (let isFirst = true; !cursor.isType(close); isFirst = false) {
    if (!isFirst) cursor.expectType(',')
    if (cursor.isType(close)) break
    readItem()
  }
  cursor.expectType(close)
}

/** Items up to a closing token, which is left; no comma follows the last. Answers how many there were. */
export function readSeparated(cursor: Cursor, close: string, readItem: () => void): number {
  let count = 0
  for (; !cursor.isType(close); count++) {
    if (count > 0) cursor.expectType(',')
    readItem()
  }
  return count
}
