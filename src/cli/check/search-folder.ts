/** Searches a folder for manifests. */

import { readdirSync, realpathSync, statSync } from 'node:fs'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { isTemporary } from '../fix/temporary-name.js'
import { type GitRules, gitRulesIn, NO_RULES } from './git-rules.js'
import { slashed } from './slashed.js'

/** A file that a search has found. A folder that cannot be listed is one too, so that it is reported. */
export interface SearchedFile {
  /** The path below the folder that the user named, with forward slashes. */
  readonly name: string
  readonly path: string
  /** The path without links. */
  readonly real: string
  /** Whether it is known to be a regular file. */
  readonly isRegular?: boolean
}

/** What a search looks for. */
export interface Search {
  /** Whether a file belongs to the result. */
  readonly isWanted: (name: string, path: string) => boolean
  /** Whether a file or a folder is excluded. `path` is absolute. */
  readonly isExcluded: (path: string, isFolder: boolean) => boolean
  readonly usesGitRules: boolean
  /** How many folders deep to search. */
  readonly depth?: number
}

/**
 * The files of a folder, in name order. Links are followed, but every folder and every file is found once, and under its
 * own name if that lies in the folder too. So links that go round in a circle end.
 */
export function searchFolder(folder: string, search: Search): SearchedFile[] {
  const real = realPath(folder)
  const found = new Found()
  const state: State = { search, found, visited: new Set(), links: [] }
  walk(
    { path: join(folder), real, rules: search.usesGitRules ? gitRulesIn(real) : NO_RULES, depth: search.depth },
    state,
  )
  // Links come last, so that what lies in the folder itself is found under its own name.
  if (state.links.length > 0) found.followsLinks()
  for (let link = state.links.shift(); link !== undefined; link = state.links.shift()) follow(link, state)
  return found.inOrder()
}

interface State {
  readonly search: Search
  readonly found: Found
  readonly visited: Set<string>
  readonly links: Link[]
}

interface Link {
  readonly path: string
  readonly depth: number | undefined
}

interface Folder extends Link {
  readonly real: string
  readonly rules: GitRules
}

function walk({ path: folder, real, rules, depth }: Folder, state: State): void {
  if (state.visited.has(real)) return
  state.visited.add(real)
  const entries = entriesOf(folder)
  if (entries === undefined) {
    state.found.add(folder, real)
    return
  }
  for (const entry of entries) {
    const { name } = entry
    if (NEVER_SEARCHED.has(name) || isTemporary(name)) continue
    const path = below(folder, name)
    const realPathOfEntry = below(real, name)
    const isFolder = entry.isDirectory()
    if (rules.ignores(realPathOfEntry, isFolder) || state.search.isExcluded(path, isFolder)) continue
    if (entry.isSymbolicLink()) state.links.push({ path, depth: deeper(depth) })
    else if (!isFolder) addFile(path, realPathOfEntry, state, entry.isFile())
    else if (depth !== 0) {
      walk({ path, real: realPathOfEntry, rules: rules.below(realPathOfEntry), depth: deeper(depth) }, state)
    }
  }
}

/** The path of an entry of a folder. `join` would normalise the path of the folder again. */
function below(folder: string, name: string): string {
  if (folder === '.') return name
  return folder.endsWith(sep) ? folder + name : folder + sep + name
}

/**
 * Whether a search in a folder reaches a path in it, whatever the extension of the file is. Links are not followed.
 *
 * @param folder - without links
 */
export function isReached(folder: string, path: string): boolean {
  const inside = relative(folder, path)
  if (inside === '' || inside.startsWith('..') || isAbsolute(inside)) return false
  let rules = gitRulesIn(folder)
  let at = folder
  const steps = inside.split(sep)
  for (const [index, step] of steps.entries()) {
    const isLast = index === steps.length - 1
    at = join(at, step)
    if (NEVER_SEARCHED.has(step) || rules.ignores(at, !isLast)) return false
    if (!isLast) rules = rules.below(at)
  }
  return true
}

/** Folders that hold files of other projects, or of Git. */
const NEVER_SEARCHED = new Set(['node_modules', '.git'])

function deeper(depth: number | undefined): number | undefined {
  return depth === undefined ? undefined : depth - 1
}

function addFile(path: string, real: string, { search, found }: State, isRegular = false): void {
  if (search.isWanted(slashed(path), path)) found.add(path, real, isRegular)
}

function follow({ path, depth }: Link, state: State): void {
  const real = realPath(path)
  if (!isFolder(path)) addFile(path, real, state)
  // The target may lie in a folder that Git ignores: its own rules apply, not those beside the link.
  else if (depth === undefined || depth >= 0)
    walk({ path, real, rules: state.search.usesGitRules ? gitRulesIn(real) : NO_RULES, depth }, state)
}

/** The files found so far, each once. */
class Found {
  readonly #files: SearchedFile[] = []
  #reals: Set<string> | undefined

  add(path: string, real: string, isRegular = false): void {
    if (this.#reals?.has(real)) return
    this.#reals?.add(real)
    this.#files.push({ name: slashed(path), path, real, isRegular })
  }

  /** From here on, a file may come again. Each folder is entered once, so that only links lead to the same file. */
  followsLinks(): void {
    this.#reals ??= new Set(this.#files.map(({ real }) => real))
  }

  inOrder(): SearchedFile[] {
    return this.#files.sort((one, other) => byName(one.name, other.name))
  }
}

/** The order of files with forward slashes: name order in every folder. A slash comes before every other character, so that `a/z` comes before `a-b`. */
export function byName(one: string, other: string): number {
  const length = Math.min(one.length, other.length)
  for (let at = 0; at < length; at += 1) {
    const [left, right] = [one.charCodeAt(at), other.charCodeAt(at)]
    if (left !== right) return left === SLASH || (right !== SLASH && left < right) ? -1 : 1
  }
  return one.length - other.length
}

const SLASH = 0x2f

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return undefined
  }
}

/** The path without links, or the path itself if a link is broken. */
export function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return resolve(path)
  }
}

/** Whether a path, or what it links to, is a folder. */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}
