import { defineConfig } from 'vitest/config'

/** The tests that a room's mutants must fail: its own. A test of another room that happens to notice does not count. */
const room = process.env['MUTATE_ROOM'] ?? ''

export default defineConfig({
  test: {
    include: [`test/${room}/**/*.test.ts`],
    // Tests of megabytes take most of the time, and notice next to nothing that the others do not.
    exclude: ['**/hostile.test.ts', '**/bounded.test.ts'],
    setupFiles: ['test/setup.ts'],
    testTimeout: 60_000,
    // Each mutant has a worker of its own; within it, the files share what they import, which is most of the time.
    isolate: false,
  },
})
