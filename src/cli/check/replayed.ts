import type { AcrossFinding, CheckAcross } from '../../manifest/checked-entity.js'

/** The answers of rules across files that were asked already: they remember what they were asked. */
export function replayed(found: readonly (readonly AcrossFinding[])[]): CheckAcross {
  let next = 0
  return () => {
    next += 1
    return found[next - 1] ?? []
  }
}
