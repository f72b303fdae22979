/**
 * Mutation testing with Stryker: makes small changes to the code, and counts how many of them the tests of the room notice.
 *
 *     npm run mutate                              every room, one after another: hours
 *     npm run mutate -- --room json               one room
 *     npm run mutate -- --room json --mutate src/json/decode-unicode.ts      one file; other flags go to Stryker
 *     npm run mutate -- --room lint --sample 300 --seed 7                    300 random places of a room
 *
 * A second run tries only what has changed (.cache/mutate/ROOM.json). The report is .cache/mutate/ROOM.html.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { samplePlaces } from './mutate/sample-places.js'

/** The measured rooms. */
const ROOMS = ['json', 'references', 'lint', 'manifest', 'checkpoint', 'validation'] as const

const stryker = fileURLToPath(new URL('../node_modules/@stryker-mutator/core/bin/stryker.js', import.meta.url))
const { rooms, sample, seed, flags } = read(process.argv.slice(2))
const failed: string[] = []
for (const room of rooms) if (!(await passes(room))) failed.push(room)
if (failed.length > 0) {
  console.error(`under 90 %, or not measured: ${failed.join(', ')}`)
  process.exitCode = 1
}

function read(args: readonly string[]) {
  const flags = [...args]
  const taken = (name: string): string | undefined => {
    const at = flags.indexOf(name)
    return at < 0 ? undefined : flags.splice(at, 2)[1]
  }
  const [room, sample, seed] = [taken('--room'), taken('--sample'), taken('--seed')]
  if (room !== undefined && !ROOMS.some((each) => each === room)) {
    throw new TypeError(`unknown room ${room}: expected one of ${ROOMS.join(', ')}`)
  }
  return {
    rooms: room === undefined ? ROOMS : [room],
    sample: sample === undefined ? undefined : Number(sample),
    seed: Number(seed ?? 1),
    flags,
  }
}

/** By default: two processes, and 50 generated values for each property. */
async function passes(room: string): Promise<boolean> {
  const places = sample === undefined ? [] : await samplePlaces(room, sample, seed)
  const only =
    sample === undefined
      ? []
      : ['--mutate', places.join(','), '--incrementalFile', `.cache/mutate/${room}-${sample}-${seed}.json`]
  const { status } = spawnSync(process.execPath, [stryker, 'run', '--concurrency', '2', ...only, ...flags], {
    stdio: 'inherit',
    env: { ...process.env, MUTATE_ROOM: room, FC_RUNS: process.env['FC_RUNS'] ?? '50' },
  })
  return status === 0
}
