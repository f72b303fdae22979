/** The lines around a change that a diff shows. */
const CONTEXT = 3

/** Beyond this many pairs of lines, a changed stretch is shown as replaced as a whole. */
const MOST_PAIRS = 4_000_000

/** One line of a diff: in both texts, only in the old one, or only in the new one. */
interface DiffLine {
  readonly sign: ' ' | '-' | '+'
  readonly text: string
}

/** The difference of two texts in the unified format, which `patch` and `git apply` read. Empty if they are equal. */
export function unifiedDiff(name: string, before: readonly string[], after: readonly string[]): string {
  const lines = diffLines(before, after)
  const hunks = hunksOf(lines)
  return hunks.length === 0 ? '' : `--- a/${name}\n+++ b/${name}\n${hunks.join('')}`
}

function diffLines(before: readonly string[], after: readonly string[]): DiffLine[] {
  let start = 0
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1
  let end = 0
  const most = Math.min(before.length, after.length) - start
  while (end < most && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1
  const same = (lines: readonly string[]) => lines.map((text): DiffLine => ({ sign: ' ', text }))
  return [
    ...same(before.slice(0, start)),
    ...middle(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...same(before.slice(before.length - end)),
  ]
}

function middle(before: readonly string[], after: readonly string[]): DiffLine[] {
  if (before.length === after.length || before.length * after.length > MOST_PAIRS) return byPosition(before, after)
  return byCommonLines(before, after)
}

/** Most fixes change a line where it is. */
function byPosition(before: readonly string[], after: readonly string[]): DiffLine[] {
  if (before.length !== after.length) return replaced(before, after)
  const lines: DiffLine[] = []
  for (let at = 0; at < before.length; ) {
    let end = at
    while (end < before.length && before[end] !== after[end]) end += 1
    if (end > at) lines.push(...replaced(before.slice(at, end), after.slice(at, end)))
    if (end < before.length) lines.push({ sign: ' ', text: before[end] ?? '' })
    at = end + 1
  }
  return lines
}

function replaced(before: readonly string[], after: readonly string[]): DiffLine[] {
  return [
    ...before.map((text): DiffLine => ({ sign: '-', text })),
    ...after.map((text): DiffLine => ({ sign: '+', text })),
  ]
}

/** The longest common subsequence of lines stays. */
function byCommonLines(before: readonly string[], after: readonly string[]): DiffLine[] {
  const width = after.length + 1
  const lengths = new Uint32Array((before.length + 1) * width)
  const lengthAt = (one: number, other: number) => lengths[one * width + other] ?? 0
  for (let one = before.length - 1; one >= 0; one -= 1) {
    for (let other = after.length - 1; other >= 0; other -= 1) {
      lengths[one * width + other] =
        before[one] === after[other]
          ? lengthAt(one + 1, other + 1) + 1
          : Math.max(lengthAt(one + 1, other), lengthAt(one, other + 1))
    }
  }
  const lines: DiffLine[] = []
  let [one, other] = [0, 0]
  while (one < before.length || other < after.length) {
    if (one < before.length && before[one] === after[other]) {
      lines.push({ sign: ' ', text: before[one] ?? '' })
      one += 1
      other += 1
    } else if (other >= after.length || (one < before.length && lengthAt(one + 1, other) >= lengthAt(one, other + 1))) {
      lines.push({ sign: '-', text: before[one] ?? '' })
      one += 1
    } else {
      lines.push({ sign: '+', text: after[other] ?? '' })
      other += 1
    }
  }
  return lines
}

/** The changes with their context. Changes whose contexts touch are one hunk. */
function hunksOf(lines: readonly DiffLine[]): string[] {
  const hunks: string[] = []
  let [oldLine, newLine] = [1, 1]
  let at = 0
  while (at < lines.length) {
    let first = at
    while (lines[first]?.sign === ' ') first += 1
    if (first >= lines.length) break
    const start = Math.max(at, first - CONTEXT)
    let end = first
    for (let next = first; next < lines.length && next - end <= 2 * CONTEXT; next += 1)
      if (lines[next]?.sign !== ' ') end = next
    const stop = Math.min(lines.length, end + 1 + CONTEXT)
    oldLine += start - at
    newLine += start - at
    const shown = lines.slice(start, stop)
    const oldCount = shown.filter(({ sign }) => sign !== '+').length
    const newCount = shown.filter(({ sign }) => sign !== '-').length
    hunks.push(`@@ -${range(oldLine, oldCount)} +${range(newLine, newCount)} @@\n${shown.map(written).join('')}`)
    oldLine += oldCount
    newLine += newCount
    at = stop
  }
  return hunks
}

function range(line: number, count: number): string {
  return `${count === 0 ? line - 1 : line},${count}`
}

function written({ sign, text }: DiffLine): string {
  return text.endsWith('\n') ? `${sign}${text}` : `${sign}${text}\n\\ No newline at end of file\n`
}
