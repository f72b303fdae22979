import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'
import { JOB_FOLDER, readJob } from './scripts/mutate/job.js'
import { watch } from './scripts/mutate/worker/watchdog.js'

/** Mutation testing, which `npm run mutate` starts: the room's tests on its mutated code, in one process. */
const folder = process.env[JOB_FOLDER] ?? ''
const job = readJob(folder)
const texts = new Map(Object.entries(job.texts).map(([name, text]) => [resolve(name), text]))

watch(folder)

export default defineConfig({
  plugins: [{ name: 'mutated-code', enforce: 'pre', load: (id) => texts.get(id) }],
  test: {
    include: ['scripts/mutate/worker/all-tests.ts'],
    runner: './scripts/mutate/worker/room-runner.ts',
    setupFiles: ['test/setup.ts', 'scripts/mutate/worker/setup.ts'],
    // The watchdog counts the time of the processor instead: on a busy machine the slowest tests take minutes.
    testTimeout: 600_000,
    pool: 'threads',
    maxWorkers: 1,
    isolate: false,
    reporters: ['dot'],
  },
})
