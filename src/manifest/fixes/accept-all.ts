/** The most attempts. Each reads the whole text again. */
const MOST_ATTEMPTS = 100

/**
 * Applies as many changes as possible. If all together fail, finds those that do not, by halving. Changes that are not tried
 * because there are too many bad ones are left out.
 *
 * @param attempt - the result of applying some changes, undefined if they do harm
 */
export function acceptAll<Change, Result>(
  changes: readonly Change[],
  attempt: (changes: readonly Change[]) => Result | undefined,
): { readonly accepted: readonly Change[]; readonly result: Result | undefined } {
  let accepted: readonly Change[] = []
  let result: Result | undefined
  let attempts = 0
  const pending = [changes]
  for (let group = pending.pop(); group !== undefined; group = pending.pop()) {
    if (group.length === 0 || attempts >= MOST_ATTEMPTS) continue
    attempts += 1
    const both = [...accepted, ...group]
    const made = attempt(both)
    if (made !== undefined) {
      accepted = both
      result = made
    } else if (group.length > 1) {
      const middle = group.length >> 1
      pending.push(group.slice(middle), group.slice(0, middle))
    }
  }
  return { accepted, result }
}
