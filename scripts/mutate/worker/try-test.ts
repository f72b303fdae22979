/** Runs one test by itself, with the hooks around it, as often as one likes. */
import type { Suite, Test } from '@vitest/runner'
import { TestRunner } from 'vitest'

export type Verdict = 'passed' | 'failed' | 'skipped'

export async function tryTest(test: Test, runner: TestRunner): Promise<Verdict> {
  const suites = suitesAround(test)
  const cleanups: (() => unknown)[] = []
  const before = async (hook: (...args: never[]) => unknown, ...args: unknown[]) => {
    const cleanup = await Reflect.apply(hook, undefined, args)
    if (typeof cleanup === 'function') cleanups.push(() => cleanup(...args))
  }
  const attempt = async (): Promise<void> => {
    for (const suite of suites) {
      const { beforeAll, afterAll } = TestRunner.getSuiteHooks(suite)
      cleanups.push(...afterAll.map((hook) => () => hook(suite)))
      for (const hook of beforeAll) await before(hook, suite)
    }
    for (const suite of suites) {
      const { beforeEach, afterEach } = TestRunner.getSuiteHooks(suite)
      cleanups.push(...afterEach.map((hook) => () => hook(test.context, suite)))
      for (const hook of beforeEach) await before(hook, test.context, suite)
    }
    runner.onBeforeTryTask(test)
    await TestRunner.getTestFn(test)()
    runner.onAfterTryTask(test)
  }

  let verdict = await verdictOf(attempt)
  cleanups.push(...finishedHooks(test))
  for (const cleanup of cleanups.reverse()) if ((await verdictOf(cleanup)) === 'failed') verdict = 'failed'
  return verdict
}

/** What the test asked for with `onTestFinished`. Vitest keeps it in a property without a type. */
function finishedHooks(test: Test & { onFinished?: ((context: Test['context']) => unknown)[] | undefined }) {
  const hooks = test.onFinished ?? []
  test.onFinished = undefined
  return hooks.map((hook) => () => hook(test.context))
}

/** From the outermost to the innermost. */
function suitesAround(test: Test): Suite[] {
  const around: Suite[] = []
  for (let suite = test.suite; suite !== undefined; suite = suite.suite) around.unshift(suite)
  return around
}

async function verdictOf(attempt: () => unknown): Promise<Verdict> {
  try {
    await attempt()
    return 'passed'
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'VITEST_PENDING' ? 'skipped' : 'failed'
  }
}
