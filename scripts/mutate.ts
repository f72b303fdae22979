/**
 * Mutation testing with Stryker: makes small changes to the code, and counts how many of them the tests of the room notice.
 *
 *     npm run mutate                              every room, one after another: hours
 *     npm run mutate -- --room json               one room
 *     npm run mutate -- --room json --mutate src/json/decode-unicode.ts      one file; other flags go to Stryker
 *
 * A second run tries only what has changed (.cache/mutate/ROOM.json). The report is .cache/mutate/ROOM.html.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The measured rooms. */
const ROOMS = ['json', 'references', 'lint', 'manifest', 'checkpoint', 'validation'] as const

const stryker = fileURLToPath(new URL('../node_modules/@stryker-mutator/core/bin/stryker.js', import.meta.url))
const { rooms, flags } = read(process.argv.slice(2))
const failed = rooms.filter((room) => !passes(room))
if (failed.length > 0) {
  console.error(`under 90 %, or not measured: ${failed.join(', ')}`)
  process.exitCode = 1
}

function read([flag, room, ...rest]: readonly string[]): { rooms: readonly string[]; flags: readonly string[] } {
  if (flag !== '--room') return { rooms: ROOMS, flags: process.argv.slice(2) }
  if (ROOMS.some((each) => each === room)) return { rooms: [room ?? ''], flags: rest }
  throw new TypeError(`unknown room ${room}: expected one of ${ROOMS.join(', ')}`)
}

/** By default: two processes, and 20 generated values for each property. */
function passes(room: string): boolean {
  const { status } = spawnSync(process.execPath, [stryker, 'run', '--concurrency', '2', ...flags], {
    stdio: 'inherit',
    env: { ...process.env, MUTATE_ROOM: room, FC_RUNS: process.env['FC_RUNS'] ?? '20' },
  })
  return status === 0
}
