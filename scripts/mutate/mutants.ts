/** Stryker's mutants of a room's code, and the code with mutants put into it, each behind a switch. */
import { readdirSync, readFileSync } from 'node:fs'
import { Instrumenter } from '@stryker-mutator/instrumenter'
import { keyOf, type Mutant } from './mutant.js'

/** The files of a room, with those mutants in them that `chosen` picks. */
export interface MutatedRoom {
  /** The mutated text of each file, by its path. */
  readonly texts: Readonly<Record<string, string>>
  readonly mutants: readonly Mutant[]
  /** How many mutants the room has, chosen or not. */
  readonly all: number
}

/**
 * Puts mutants into a room's code. The code is mutated twice, because the ids are given while mutating: once to see all mutants,
 * and once with the chosen ones alone, which makes faster code.
 */
export async function mutateRoom(
  files: readonly string[],
  chosen: (mutants: readonly Mutant[]) => readonly Mutant[],
): Promise<MutatedRoom> {
  const sources = files.map((name) => ({ name, content: readFileSync(name, 'utf8') }))
  const everywhere = await instrumenter.instrument(
    sources.map((source) => ({ ...source, mutate: true })),
    OPTIONS,
  )
  const mutants = chosen(everywhere.mutants)
  const placesIn = (name: string) => mutants.filter(({ fileName }) => fileName === name).map(({ location }) => location)
  const there = await instrumenter.instrument(
    sources.map((source) => ({ ...source, mutate: placesIn(source.name) })).filter(({ mutate }) => mutate.length > 0),
    OPTIONS,
  )
  const wanted = new Set(mutants.map(keyOf))
  return {
    texts: Object.fromEntries(there.files.map(({ name, content }) => [name, content])),
    mutants: there.mutants.filter((mutant) => wanted.has(keyOf(mutant))),
    all: everywhere.mutants.length,
  }
}

/** The files of a room that are mutated: not those that are generated, or only export others. */
export function filesOf(room: string): readonly string[] {
  return readdirSync(`src/${room}`, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.ts$/.test(name) && !/generated|(?:^|\/)index\.ts$|\.d\.ts$/.test(name))
    .map((name) => `src/${room}/${name}`)
    .sort()
}

const instrumenter = new Instrumenter({
  ...{ isTraceEnabled: no, isDebugEnabled: no, isInfoEnabled: no },
  ...{ isWarnEnabled: no, isErrorEnabled: no, isFatalEnabled: no },
  ...{ trace: no, debug: no, info: no, warn: no, error: no, fatal: no },
})

/** Stryker asks what is to be logged. */
function no(): false {
  return false
}

const OPTIONS = { plugins: null, excludedMutations: [], ignorers: [] }
