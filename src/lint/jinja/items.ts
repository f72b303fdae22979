/** Lists with commas: some allow a trailing comma, some do not. */

import type { Cursor } from './cursor.js'

/** Reads items and the closing token. A trailing comma is allowed. */
export function readItems(cursor: Cursor, close: string, readItem: () => void): void {
  for (let isFirst = true; !cursor.isType(close); isFirst = false) {
    if (!isFirst) cursor.expectType(',')
    if (cursor.isType(close)) break
    readItem()
  }
  cursor.expectType(close)
}

/** Reads items up to the closing token, but not the token. No trailing comma. Returns the number of items. */
export function readSeparated(cursor: Cursor, close: string, readItem: () => void): number {
  let count = 0
  for (; !cursor.isType(close); count++) {
    if (count > 0) cursor.expectType(',')
    readItem()
  }
  return count
}
