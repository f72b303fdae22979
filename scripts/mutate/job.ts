/** What the program asks of the process that tries the mutants, and what that process answers: files in a folder that both know. */
import { appendFileSync, existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { keyOf, type Mutant } from './mutant.js'

/** The folder of the job: the process that tries the mutants finds it in this variable. */
export const JOB_FOLDER = 'MUTATE_JOB'

export interface Job {
  readonly room: string
  readonly texts: Readonly<Record<string, string>>
  readonly mutants: readonly Mutant[]
}

/** How a mutant fared. All but the last two count as noticed. */
export type Fate =
  | { readonly fate: 'killed'; readonly by: string }
  /** No test came to its end for a minute. */
  | { readonly fate: 'hung' }
  /** The process ended. */
  | { readonly fate: 'crashed' }
  | { readonly fate: 'survived' }
  /** No test runs the code. */
  | { readonly fate: 'not run' }

/** A line of the file of answers. */
export type Note =
  | { readonly begun: string }
  | ({ readonly id: string } & Fate)
  /** The mutant is to be tried in modules of its own, by all tests or only those that come through it. */
  | { readonly later: string; readonly by: 'all' | 'through' }
  | { readonly broken: string }
  | { readonly done: true }

export function writeJob(folder: string, job: Job): void {
  writeFileSync(join(folder, 'job.json'), JSON.stringify(job))
  writeFileSync(join(folder, 'notes.jsonl'), '')
}

export function readJob(folder: string): Job {
  return JSON.parse(readFileSync(join(folder, 'job.json'), 'utf8'))
}

export function note(folder: string, line: Note): void {
  appendFileSync(join(folder, 'notes.jsonl'), `${JSON.stringify(line)}\n`)
}

export function notesOf(folder: string): readonly Note[] {
  const file = join(folder, 'notes.jsonl')
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.slice(0, -1).map((line) => JSON.parse(line))
}

/** The keys of the mutants that no test noticed. */
export function survivorsIn(folder: string): ReadonlySet<string> {
  const fates = fatesOf(folder)
  const isLeft = ({ id }: Mutant) => ['survived', 'not run'].includes(fates.get(id)?.fate ?? '')
  return new Set(readJob(folder).mutants.filter(isLeft).map(keyOf))
}

/** The process says that it is alive: it begins a test. */
export function beat(folder: string): void {
  const now = new Date()
  utimesSync(join(folder, 'notes.jsonl'), now, now)
}

/** The mutants that are to be tried in modules of their own, and by which tests. */
export function laterIn(folder: string): ReadonlyMap<string, 'all' | 'through'> {
  return new Map(notesOf(folder).flatMap((line) => ('later' in line ? [[line.later, line.by] as const] : [])))
}

/** The fate of each mutant so far, by its id. */
export function fatesOf(folder: string): ReadonlyMap<string, Fate> {
  return new Map(notesOf(folder).flatMap((line) => ('id' in line ? [[line.id, line] as const] : [])))
}
