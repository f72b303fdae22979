import { type Cursor, describeToken } from './cursor.js'
import { type Kind, readTuple } from './expressions.js'

/** The left side of an assignment. A loop defines `loop`, so that nothing can be assigned to it there. */
export function readTarget(
  cursor: Cursor,
  { isInLoop }: { readonly isInLoop: boolean },
  options: { withNamespace?: boolean } = {},
): void {
  const start = cursor.current
  cursor.isStoring = true
  const kind: Kind = readTuple(cursor, { ...options, isSimple: true })
  cursor.isStoring = false
  if (kind !== 'target') cursor.fail(`cannot assign to ${describeToken(start)}`, start)
  if (isInLoop && start.type === 'name' && start.value === 'loop') {
    cursor.failLater('code', 'cannot assign to "loop" inside a loop', start)
  }
}
