/** Picks random places of a room's code for mutation testing, the same ones for the same seed. */
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

/** Longer stretches hold many mutants of their own, and hardly any that is not noticed. */
const MOST_LINES = 3

/** A place of a mutant: lines count from 0. */
interface Place {
  readonly start: { readonly line: number; readonly column: number }
  readonly end: { readonly line: number; readonly column: number }
}

/** Places as Stryker's `--mutate` takes them: `src/json/read-json.ts:12:4-12:20`. It tries all mutants inside them. */
export async function samplePlaces(room: string, count: number, seed: number): Promise<readonly string[]> {
  const files = readdirSync(`src/${room}`, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.ts$/.test(name) && !/generated|(?:^|\/)index\.ts$|\.d\.ts$/.test(name))
    .map((name) => `src/${room}/${name}`)
    .sort()
  const mutants = await mutantsOf(files)
  const places = mutants
    .filter(({ location: { start, end } }) => end.line - start.line < MOST_LINES)
    .map(({ fileName, location: { start, end } }) => `${fileName}:${at(start)}-${at(end)}`)
  return shuffled([...new Set(places)], seed)
    .slice(0, count)
    .sort()
}

function at({ line, column }: Place['start']): string {
  return `${line + 1}:${column}`
}

async function mutantsOf(files: readonly string[]): Promise<readonly { fileName: string; location: Place }[]> {
  // These packages are Stryker's own.
  const fromStryker = createRequire(createRequire(import.meta.url).resolve('@stryker-mutator/core'))
  const load = async (name: string) => import(pathToFileURL(fromStryker.resolve(name)).href)
  const { createInjector } = await load('typed-inject')
  const { createInstrumenter } = await load('@stryker-mutator/instrumenter')
  const logger = { isDebugEnabled: () => false, debug() {}, info() {}, warn() {} }
  const instrumenter = createInjector().provideValue('logger', logger).injectFunction(createInstrumenter)
  const { mutants } = await instrumenter.instrument(
    files.map((name) => ({ name, content: readFileSync(name, 'utf8'), mutate: true })),
    { plugins: null, excludedMutations: [], ignorers: [] },
  )
  return mutants
}

/** Fisher and Yates, with the random numbers of mulberry32. */
function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const left = [...items]
  let state = seed
  const random = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return items.flatMap(() => left.splice(Math.floor(random() * left.length), 1))
}
