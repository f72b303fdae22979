import { availableParallelism } from 'node:os'
import { configDefaults, defineConfig } from 'vitest/config'
import { compiledSources } from './test/compiled-sources.js'

/**
 * The folders whose tests leave nothing behind in their process: they call functions, or start programs. Much of their time is what they import,
 * so those files share it within a process. `test/scripts/shared-process.test.ts` checks them.
 */
export const SHARING = [
  'architecture',
  'checkpoint',
  'cli',
  'client',
  'display',
  'docs',
  'estimate',
  'export',
  'json',
  'language-server',
  'lint',
  'manifest',
  'options',
  'policy',
  'references',
  'schemas',
  'validation',
] as const

const SHARED = SHARING.map((folder) => `test/${folder}/**/*.test.ts`)

/** Tests that replace modules, which Vitest can only do in those that it loads itself. */
const MOCKING = ['test/own-process/**/*.test.ts']

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
      { extends: true, plugins: [compiledSources()], test: { name: 'shared', include: SHARED, isolate: false } },
      {
        extends: true,
        plugins: [compiledSources()],
        test: {
          name: 'isolated',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...SHARED, ...MOCKING],
          // `npm run typecheck` checks everything else.
          typecheck: {
            enabled: true,
            checker: 'node_modules/@typescript/native/bin/tsc',
            include: ['test/**/*.test-d.ts'],
            tsconfig: './test/tsconfig.types.json',
          },
        },
      },
      { extends: true, test: { name: 'mocking', include: MOCKING } },
      { extends: true, plugins: [compiledSources()], test: { name: 'proofs', include: PROOFS } },
    ],
  },
})
