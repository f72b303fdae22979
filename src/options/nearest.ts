/** Longer texts are not misspelt names, and the distance costs the product of both lengths. */
const MAX_LENGTH = 64

/**
 * The known name that is closest to a misspelt one. At most a third of the letters may be wrong. Differences in case, `-` for
 * `_` and `camelCase` for `snake_case` do not count.
 *
 * @example
 * nearest('target_modules', ['rank', 'targetModules']) // 'targetModules'
 */
export function nearest(text: string, known: readonly string[]): string | undefined {
  return near(text, known)[0]?.name
}

/**
 * All known names that are as close as {@link nearest} asks for, the closest first. If one differs only in case or in its
 * word signs, it alone.
 *
 * @example
 * nearNames('is_cat', ['is_chat', 'is_hat', 'rank']) // ['is_chat', 'is_hat']
 */
export function nearNames(text: string, known: readonly string[]): string[] {
  const names = near(text, known)
  const same = names.filter(({ edits }) => edits === 0)
  return (same.length > 0 ? same : names).map(({ name }) => name)
}

function near(text: string, known: readonly string[]): { readonly name: string; readonly edits: number }[] {
  if (text.length > MAX_LENGTH) return []
  const wanted = comparable(text)
  const most = Math.max(1, Math.floor(wanted.length / 3))
  return known
    .map((name) => ({ name, comparable: comparable(name) }))
    .filter((each) => Math.abs(each.comparable.length - wanted.length) <= most)
    .map((each) => ({ name: each.name, edits: distance(wanted, each.comparable) }))
    .filter(({ edits }) => edits <= most)
    .sort((one, other) => one.edits - other.edits)
}

function comparable(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[\s-]/g, '_')
    .toLowerCase()
}

/** The number of letters to insert, delete, replace or swap with a neighbour (optimal string alignment). */
export function distance(one: string, other: string): number {
  const rows: number[][] = []
  const edits = (at: number, column: number): number => rows[at]?.[column] ?? Number.POSITIVE_INFINITY
  for (let at = 0; at <= one.length; at += 1) {
    const row = [at]
    rows.push(row)
    for (let column = 1; column <= other.length; column += 1) {
      const isSame = one[at - 1] === other[column - 1]
      const isSwapped = one[at - 1] === other[column - 2] && one[at - 2] === other[column - 1]
      row[column] = Math.min(
        edits(at - 1, column) + 1,
        edits(at, column - 1) + 1,
        edits(at - 1, column - 1) + (isSame ? 0 : 1),
        edits(at - 2, column - 2) + (isSwapped ? 1 : Number.POSITIVE_INFINITY),
      )
    }
  }
  return edits(one.length, other.length)
}
