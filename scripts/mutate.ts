/**
 * Mutation testing: makes small changes to a room's code (Stryker's mutants), and counts how many of them its own tests notice.
 *
 *     npm run mutate -- --room json                          all mutants of a room
 *     npm run mutate -- --room lint --sample 300 --seed 7    300 random ones, the same for the same seed
 *     npm run mutate -- --room lint --file src/lint/text.ts  those of one file
 *     npm run mutate -- --room lint --again                  those that survived the last time
 *
 * Prints the mutants that survive. It fails if fewer than 90 % are noticed.
 */
import { mkdirSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { fatesOf, survivorsIn, writeJob } from './mutate/job.js'
import { keyOf } from './mutate/mutant.js'
import { filesOf, mutateRoom } from './mutate/mutants.js'
import { report } from './mutate/report.js'
import { sample } from './mutate/sample.js'
import { tryAll } from './mutate/supervise.js'

/** The measured rooms. */
const ROOMS = ['json', 'references', 'lint', 'manifest', 'checkpoint', 'validation'] as const

/** Per cent. */
const GOAL = 90

const { values } = parseArgs({
  options: {
    room: { type: 'string' },
    file: { type: 'string', multiple: true },
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    again: { type: 'boolean', default: false },
  },
})
const room = ROOMS.find((each) => each === values.room)
if (room === undefined) throw new TypeError(`--room takes one of ${ROOMS.join(', ')}`)
const count = values.sample === undefined ? Number.POSITIVE_INFINITY : Number(values.sample)

const folder = `.cache/mutate/${room}`
const left = values.again ? survivorsIn(folder) : undefined
const { texts, mutants, all } = await mutateRoom(values.file ?? filesOf(room), (mutants) =>
  left ? mutants.filter((mutant) => left.has(keyOf(mutant))) : sample(mutants, count, Number(values.seed)),
)
if (mutants.length === 0) throw new Error('there is no mutant to try')
mkdirSync(folder, { recursive: true })
writeJob(folder, { room, texts, mutants })
await tryAll(folder)
const score = report(room, all, mutants, fatesOf(folder))
if (score < GOAL) process.exitCode = 1
