/** Longer texts are no misspelt names, and the table of distances would cost their lengths' product. */
const MAX_LENGTH = 64

/**
 * The known name that a misspelt one most likely stands for: at most a third of it wrong, where case, `-` for `_` and
 * `camelCase` for `snake_case` do not count.
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

/** How many letters to insert, delete, replace or swap with their neighbour (optimal string alignment). */
function distance(one: string, other: string): number {
  let before: number[] = []
  let row = Array.from({ length: other.length + 1 }, (_, column) => column)
  for (let at = 1; at <= one.length; at += 1) {
    const next = [at]
    for (let column = 1; column <= other.length; column += 1) {
      const isSame = one[at - 1] === other[column - 1]
      const isSwapped = one[at - 1] === other[column - 2] && one[at - 2] === other[column - 1]
      next.push(
        Math.min(
          (row[column] ?? 0) + 1,
          (next[column - 1] ?? 0) + 1,
          (row[column - 1] ?? 0) + (isSame ? 0 : 1),
          isSwapped && column > 1 ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
        ),
      )
    }
    before = row
    row = next
  }
  return row[other.length] ?? 0
}
