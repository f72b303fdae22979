/** More sequences, or tokens, than anyone serves: nothing is searched beyond. */
export const MOST = 100_000_000

/** The largest number up to `limit` that passes, if all smaller ones pass; 0 if 1 does not. */
export function most(limit: number, passes: (value: number) => boolean): number {
  let [low, high] = [0, limit + 1]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (passes(middle)) low = middle
    else high = middle
  }
  return low
}
