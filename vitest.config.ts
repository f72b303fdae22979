import { availableParallelism } from 'node:os'
import { configDefaults, defineConfig } from 'vitest/config'

/**
 * The folders whose tests only call functions, and leave nothing behind. Most of their time is what they import, so those files
 * share it within a process. `test/scripts/shared-process.test.ts` checks them.
 */
export const CALLS_ONLY = [
  ...['architecture', 'checkpoint', 'display', 'estimate', 'export', 'json', 'lint', 'manifest', 'options', 'policy'],
  ...['references', 'schemas', 'validation'],
] as const

const CALLS = CALLS_ONLY.map((folder) => `test/${folder}/**/*.test.ts`)

/** Proofs that take long, such as the page in a browser, and an installation from a clean clone: `npm run test:proofs`. */
const PROOFS = ['test/**/*.proof.ts']

export default defineConfig({
  test: {
    setupFiles: ['test/setup.ts'],
    testTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
    pool: 'forks',
    // Many tests wait for programs that they start, so two processes pay on two cores. The default is one core less.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      { extends: true, test: { name: 'functions', include: CALLS, isolate: false } },
      {
        extends: true,
        test: {
          name: 'programs',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...CALLS],
          // `npm run typecheck` checks everything else.
          typecheck: {
            enabled: true,
            checker: 'node_modules/@typescript/native/bin/tsc',
            include: ['test/**/*.test-d.ts'],
            tsconfig: './test/tsconfig.types.json',
          },
        },
      },
      { extends: true, test: { name: 'proofs', include: PROOFS } },
    ],
  },
})
