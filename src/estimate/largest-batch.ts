/**
 * The largest number from `known` up whose bytes fit, if all smaller ones fit. Memory grows with the batch almost along straight
 * lines, so each guess is where the line through the last two answers reaches the limit; every third guess halves the rest instead.
 *
 * @param bytesOf - bytes that a number needs: never fewer than for a smaller one
 */
export function largestFitting(known: number, limit: number, bytesOf: (value: number) => number): number {
  let ceiling = known * 2
  while (ceiling < MOST_SEQUENCES) ceiling *= 2
  let [low, high] = [known, ceiling]
  let [at, next] = [known, known + 1]
  let [bytes, nextBytes] = [bytesOf(at), bytesOf(next)]
  for (let guesses = 0; ; guesses += 1) {
    for (const [value, needed] of [
      [at, bytes],
      [next, nextBytes],
    ] as const) {
      if (needed <= limit) low = Math.max(low, value)
      else high = Math.min(high, value)
    }
    if (high - low <= 1) return low
    const slope = (nextBytes - bytes) / (next - at)
    const reached = slope > 0 ? Math.floor(next + (limit - nextBytes) / slope) : high - 1
    const guess = guesses % 3 === 2 ? Math.floor((low + high) / 2) : reached
    ;[at, bytes] = [next, nextBytes]
    next = Math.min(Math.max(guess, low + 1), high - 1)
    nextBytes = bytesOf(next)
    if (next === at) [at, bytes] = [known, bytesOf(known)]
  }
}

/** The upper limit of the search. */
const MOST_SEQUENCES = 1_000_000
