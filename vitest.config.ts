import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    typecheck: { enabled: true, include: ['test/**/*.test-d.ts'] },
    setupFiles: ['test/setup.ts'],
    testTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
    pool: 'forks',
    // Many tests wait for programs that they start, so two processes pay on two cores. The default is one core less.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
})
