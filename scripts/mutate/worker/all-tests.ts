/** All test files of the room as one, so that one process runs them against mutant after mutant. */
import { readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe } from 'vitest'
import { JOB_FOLDER, readJob } from '../job.js'

/** Tests of megabytes take most of the time, and notice next to nothing that the others do not. */
const SLOW = /(?:^|\/)(?:hostile|bounded)\.test\.ts$/

const folder = `test/${readJob(process.env[JOB_FOLDER] ?? '').room}`

for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
  if (!name.endsWith('.test.ts') || SLOW.test(name)) continue
  describe(`${folder}/${name}`, async () => {
    await import(resolve(folder, name))
  })
}
