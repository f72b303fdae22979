/**
 * A set of non-ASCII code points, decoded from a table in `tables.ts` on first use, because most processes never see a
 * non-ASCII domain.
 */
export function codePointSet(table: string): (character: string) => boolean {
  let pattern: RegExp | undefined
  return (character) => {
    pattern ??= new RegExp(`[${rangesOf(table)}]`, 'u')
    return pattern.test(character)
  }
}

function rangesOf(table: string): string {
  let end = 0
  return table.replace(/(\w+)\.?(\w*) ?/g, (_, distance: string, more: string) => {
    const from = end + Number.parseInt(distance, 36)
    end = from + Number.parseInt(more || '0', 36)
    return `${String.fromCodePoint(from)}-${String.fromCodePoint(end)}`
  })
}
