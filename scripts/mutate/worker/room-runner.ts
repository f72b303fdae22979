/**
 * Runs the tests of a room against one mutant after another, in one process. Vitest loads and collects the tests as always, and
 * then calls `runSuite` in place of running them once.
 */
import { performance } from 'node:perf_hooks'
import { collectTests, type Suite, type Task, type Test } from '@vitest/runner'
import { TestRunner, vi } from 'vitest'
import { beat, type Fate, fatesOf, JOB_FOLDER, laterIn, note, readJob } from '../job.js'
import { type Hits, hitsDuring, hitsOutside, withMutant } from './switches.js'
import { tryTest } from './try-test.js'

const folder = process.env[JOB_FOLDER] ?? ''

/** A test, and what it does without a mutant. */
interface Known {
  readonly test: Test
  readonly hits: Hits
  readonly ms: number
}

// biome-ignore lint/style/noDefaultExport: Vitest takes a runner from its file's default export.
export default class RoomRunner extends TestRunner {
  async runSuite(suite: Suite): Promise<void> {
    try {
      await tryMutants(suite, this)
      note(folder, { done: true })
    } catch (error) {
      note(folder, { broken: error instanceof Error ? `${error.stack}` : String(error) })
    }
  }
}

/**
 * Most mutants are noticed in the modules that are there. Those that are not are tried once more in modules of their own, because
 * those that are there keep results; so are mutants of code that runs while modules load. Where a mutant leaves something behind, such
 * as a wrong result that a module keeps, the modules are loaded anew for those that follow.
 */
async function tryMutants(suite: Suite, runner: RoomRunner): Promise<void> {
  const done = fatesOf(folder)
  const waiting = laterIn(folder)
  const mutants = readJob(folder).mutants.filter(({ id }) => !done.has(id))
  const usual = await runWithout(suite, runner)
  const atLoad = hitsOutside()
  let known = usual
  for (const { id } of mutants) {
    if (waiting.has(id)) continue
    const found = atLoad[id] === undefined ? await fateInModules(id, known, runner) : 'kept'
    if (typeof found === 'object') note(folder, { id, ...found })
    else note(folder, { later: id, by: found === 'survived' ? 'through' : 'all' })
    if (found === 'spoilt') known = (await inNewModules(usual, suite, runner)) ?? known
  }
  for (const [id, by] of laterIn(folder)) {
    if (done.has(id)) continue
    note(folder, { begun: id })
    const tests = by === 'all' ? usual : usual.filter(({ hits }) => hits[id] !== undefined)
    note(folder, { id, ...(await fateInNewModules(id, suite, tests, runner)) })
  }
}

/** The tests with the quickest first, which all pass. */
async function runWithout(suite: Suite, runner: RoomRunner): Promise<readonly Known[]> {
  const known: Known[] = []
  for (const test of testsIn(suite)) {
    beat(folder)
    const begun = performance.now()
    const { result, hits } = await hitsDuring(test.id, () => tryTest(test, runner))
    if (result === 'failed') throw new Error(`a test fails without mutants: ${test.fullTestName}`)
    if (result === 'passed') known.push({ test, hits, ms: performance.now() - begun })
  }
  return known.sort((one, other) => one.ms - other.ms)
}

/**
 * The fate of a mutant in the modules that are there, or why that is not known yet: `survived`; `kept`, when its code ran less often than
 * usual, because a result is kept; `spoilt`, when a test fails from now on even without the mutant.
 */
async function fateInModules(
  id: string,
  known: readonly Known[],
  runner: RoomRunner,
): Promise<Fate | 'survived' | 'kept' | 'spoilt'> {
  const through = known.filter(({ hits }) => hits[id] !== undefined)
  if (through.length === 0) return { fate: 'not run' }
  note(folder, { begun: id })
  const { killer, isKept } = await tryTests(id, through, runner)
  if (killer === undefined) return isKept ? 'kept' : 'survived'
  if ((await tryTest(killer, runner)) === 'failed') return 'spoilt'
  return { fate: 'killed', by: killer.fullTestName }
}

async function fateInNewModules(id: string, suite: Suite, known: readonly Known[], runner: RoomRunner): Promise<Fate> {
  const { result } = await withMutant(id, Number.MAX_SAFE_INTEGER, () => inNewModules(known, suite, runner))
  if (result === undefined) return { fate: 'killed', by: 'loading the modules' }
  const usual = known.reduce((sum, { hits }) => sum + (hits[id] ?? 0), 0)
  const { killer } = await tryTests(
    id,
    result.map((one) => ({ ...one, hits: { [id]: usual } })),
    runner,
  )
  return killer === undefined ? { fate: 'survived' } : { fate: 'killed', by: killer.fullTestName }
}

/** The same tests, with all modules loaded anew. Undefined if they do not load. */
async function inNewModules(
  known: readonly Known[],
  { file }: Suite,
  runner: RoomRunner,
): Promise<readonly Known[] | undefined> {
  beat(folder)
  vi.resetModules()
  const [collected] = await collectTests([file.filepath], runner)
  if (collected === undefined || collected.result?.state === 'fail') return undefined
  const tests = new Map(testsIn(collected).map((test) => [test.id, test]))
  return known.flatMap((one) => {
    const test = tests.get(one.test.id)
    return test === undefined ? [] : [{ ...one, test }]
  })
}

/** Runs tests until one fails. Also tells whether the mutant's code ran less often than usual. */
async function tryTests(
  id: string,
  tests: readonly Known[],
  runner: RoomRunner,
): Promise<{ readonly killer?: Test; readonly isKept: boolean }> {
  let isKept = false
  for (const { test, hits } of tests) {
    beat(folder)
    const usual = hits[id] ?? 0
    const tried = await withMutant(id, usual, () => tryTest(test, runner))
    isKept ||= tried.hits < usual
    if (tried.result === 'failed') return { killer: test, isKept }
  }
  return { isKept }
}

function testsIn(task: Task): readonly Test[] {
  if (task.type === 'test') return task.mode === 'run' || task.mode === 'queued' ? [task] : []
  return task.tasks.flatMap(testsIn)
}
