/**
 * How much runs of the generated cases, and of the longest lists of recorded ones: a quarter, or what `TEST_SHARE` says. `.ci/run` runs all.
 */
export const SHARE = Number(process.env['TEST_SHARE'] ?? 0.25)

/** The runs of a property, of so many at most. */
export function runs(most: number): { readonly numRuns: number } {
  return { numRuns: Math.ceil(most * SHARE) }
}

/** A share of a list, spread evenly over it. */
export function some<T>(all: readonly T[]): T[] {
  return all.filter((_, index) => Math.floor((index + 1) * SHARE) > Math.floor(index * SHARE))
}
