/** Something to time: it is called again and again and must do the same each time. */
export interface Subject {
  readonly name: string
  /** Does the work `times` times and answers how long one took, in nanoseconds. */
  readonly time: (times: number) => number | Promise<number>
}

/** A subject that is a function of this process. */
export function subject(name: string, work: () => unknown): Subject {
  return {
    name,
    time(times) {
      const start = process.hrtime.bigint()
      for (let index = 0; index < times; index++) work()
      return Number(process.hrtime.bigint() - start) / times
    },
  }
}

/**
 * The median time of each subject, in nanoseconds. In every round each subject has a turn, so that whatever else the machine
 * does, it does to all of them.
 */
export async function measure(subjects: readonly Subject[], rounds = 60): Promise<ReadonlyMap<string, number>> {
  const turns = await Promise.all(
    subjects.map(async (one) => ({ one, times: await timesFor(one), results: [] as number[] })),
  )
  for (let round = 0; round < rounds; round++) {
    for (const { one, times, results } of turns) results.push(await one.time(times))
  }
  return new Map(turns.map(({ one, results }) => [one.name, median(results)]))
}

/** The middle of some numbers. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted[Math.floor(sorted.length / 2)]
  if (middle === undefined) throw new RangeError('nothing was measured')
  return middle
}

const TURN_NANOSECONDS = 3_000_000

/** How often a subject does its work in one turn; the compilers of the engine have had theirs by then. */
async function timesFor(one: Subject): Promise<number> {
  for (let warmUp = 0; warmUp < 20; warmUp++) await one.time(200)
  return Math.max(10, Math.round(TURN_NANOSECONDS / (await one.time(500))))
}
