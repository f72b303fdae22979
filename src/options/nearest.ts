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
  if (text.length > MAX_LENGTH) return undefined
  const wanted = comparable(text)
  let best: string | undefined
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1
  for (const name of known) {
    const edits = distance(wanted, comparable(name))
    if (edits < least) {
      best = name
      least = edits
    }
  }
  return best
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
