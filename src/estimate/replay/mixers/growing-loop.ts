import { change, emptyParts, PARTS, type PartBytes } from '../memory-ledger.js'
import type { Tape } from '../tape.js'

/** Iterations that are replayed at the beginning and at the end: three whose changes are known, and what differs before them. */
const LEAD = 4
const TAIL = 5

/**
 * A loop of a model's code whose arrays grow by a row, or by a row and a column, with each iteration. What an iteration adds is a
 * polynomial of its index, of degree two at most, so that three iterations tell what the others add, in the forward pass and in the
 * backward pass. The largest one needs most memory; it is replayed.
 *
 * @param iterate - one iteration, by its index
 * @param grow - called where iterations are left out, with their number: what names alone hold must get the size that the last of them
 * gives it
 */
export function growingLoop(
  tape: Tape,
  iterations: number,
  iterate: (iteration: number) => void,
  grow: (left: number) => void,
): void {
  const left = tape.folds ? Math.max(iterations - LEAD - TAIL, 0) : 0
  const { ledger } = tape
  const ends: PartBytes[] = []
  const reached: PartBytes[] = []
  const add = (points: readonly PartBytes[]): void => ledger.shift(changeOf(points.slice(-POINTS), left), 1)
  for (let iteration = 0; iteration < iterations; iteration += 1) {
    iterate(iteration)
    ends.push({ ...ledger.now })
    if (left > 0 && iteration === LEAD - 1) {
      add(ends)
      const before = { ...ledger.now }
      grow(left)
      ledger.shift(change(ledger.now, before), 1)
      tape.mark(() => add([...reached, ledger.now]))
      iteration += left
    } else if (left > 0) tape.mark(() => reached.push({ ...ledger.now }))
  }
}

/** Three changes are between four points. */
const POINTS = 4

/** What so many iterations behind these points add. */
function changeOf(points: readonly PartBytes[], count: number): PartBytes {
  const sum = emptyParts()
  for (const part of PARTS) {
    const [a = 0, b = 0, c = 0, d = 0] = points.map((point) => point[part])
    const [first, second, third] = [b - a, c - b, d - c]
    const [slope, bend] = [third - second, third - 2 * second + first]
    sum[part] = count * third + (slope * count * (count + 1)) / 2 + (bend * count * (count + 1) * (count + 2)) / 6
  }
  return sum
}
