/** The switches in the mutated code, which ask `globalThis.__stryker__` whether their mutant is active. */

/** How often each mutant's code ran, by its id. */
export type Hits = Readonly<Record<string, number>>

interface Switches {
  activeMutant?: string | undefined
  currentTestId?: string | undefined
  hitCount?: number | undefined
  hitLimit?: number | undefined
  /** `static`: what ran outside of a test, which is while modules load. The mutated code keeps this very object. */
  readonly mutantCoverage: { static: Hits; perTest: Record<string, Hits> }
}

/** A loop without end comes through its mutant more often than this many times what is usual. */
const TIMES_THE_USUAL = 100

const switches: Switches = { mutantCoverage: { static: {}, perTest: {} } }
Object.assign(globalThis, { __stryker__: switches })

/** Runs a piece of work with a mutant active, and counts how often its code runs. Beyond `usual` times 100, that throws. */
export async function withMutant<Result>(
  id: string,
  usual: number,
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly hits: number }> {
  Object.assign(switches, { activeMutant: id, hitCount: 0, hitLimit: TIMES_THE_USUAL * (usual + 10) })
  try {
    const result = await work()
    return { result, hits: switches.hitCount ?? 0 }
  } finally {
    Object.assign(switches, { activeMutant: undefined, hitCount: undefined })
  }
}

/** Runs a test, and returns what it comes through. */
export async function hitsDuring<Result>(
  test: string,
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly hits: Hits }> {
  switches.currentTestId = test
  const result = await work()
  switches.currentTestId = undefined
  return { result, hits: { ...switches.mutantCoverage.perTest[test] } }
}

/** What ran outside of tests so far. */
export function hitsOutside(): Hits {
  return { ...switches.mutantCoverage.static }
}
