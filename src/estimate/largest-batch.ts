/**
 * The largest number from `known` up whose bytes fit, if all smaller ones fit.
 *
 * Memory is the highest of several lines over the batch. The line through two numbers that fit is followed until a number does not
 * fit. From then on, each guess is where the chord between the last number that fits and the first that does not reaches the limit,
 * which is never behind the answer. Every eighth guess is between the two instead.
 *
 * @param bytesOf - bytes that a number needs: never fewer than for a smaller one
 * @param fittingBytes - the same, or absent if it does not fit, which may take less time to know
 */
export function largestFitting(
  known: number,
  limit: number,
  bytesOf: (value: number) => number,
  fittingBytes: (value: number) => number | undefined = bytesOf,
): number {
  const pointAt = (value: number): Point => ({ value, bytes: bytesOf(value) })
  let before = pointAt(known)
  const next = fittingBytes(known + 1)
  if (next === undefined || next > limit) return known
  let low: Point = { value: known + 1, bytes: next }
  let high: Point = { value: Math.max(MOST_SEQUENCES + 1, 2 * known), bytes: Number.POSITIVE_INFINITY }
  for (let guesses = 1; high.value - low.value > 1; guesses += 1) {
    const isKnown = Number.isFinite(high.bytes)
    const onLine = isKnown ? reached(low, high, limit) : reached(before, low, limit)
    const guess = isKnown && guesses % 8 === 0 ? Math.floor(Math.sqrt(low.value * high.value)) : onLine
    const point = pointAt(Math.min(Math.max(guess, low.value + 1), high.value - 1))
    if (point.bytes > limit) {
      high = point
      continue
    }
    before = low
    low = point
  }
  return low.value
}

interface Point {
  readonly value: number
  readonly bytes: number
}

/** The last number before the line through two points passes the limit. */
function reached(a: Point, b: Point, limit: number): number {
  const slope = (b.bytes - a.bytes) / (b.value - a.value)
  return slope > 0 ? Math.floor(a.value + (limit - a.bytes) / slope) : Number.POSITIVE_INFINITY
}

/** The upper limit of the search. */
const MOST_SEQUENCES = 1_000_000
