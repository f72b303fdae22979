/**
 * A set of code points, read from a table of `tables.ts` when it is first asked: most processes never meet a domain that is not
 * ASCII.
 */
export function codePointSet(table: string): (character: string) => boolean {
  let ranges: readonly (readonly [from: number, to: number])[] | undefined
  return (character) => {
    ranges ??= rangesOf(table)
    const codePoint = character.codePointAt(0) ?? 0
    let low = 0
    let high = ranges.length
    while (low < high) {
      const middle = (low + high) >> 1
      const range = ranges[middle]
      if (range === undefined || codePoint < range[0]) high = middle
      else if (codePoint > range[1]) low = middle + 1
      else return true
    }
    return false
  }
}

function rangesOf(table: string): [from: number, to: number][] {
  let end = 0
  return table.split(' ').map((written) => {
    const [distance = 0, more = 0] = written.split('.').map((digits) => Number.parseInt(digits, 36))
    const from = end + distance
    end = from + more
    return [from, end]
  })
}
