/** Finds the files that the arguments of a check name. */

import { lstatSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import picomatch from 'picomatch'
import { globs } from '../../policy/globs.js'
import { UsageError } from '../exit-code.js'
import { STANDARD_INPUT } from '../read-file.js'
import { isConfigFile } from './config-files.js'
import { type AbsentFiles, absentFile, searchAbsent } from './search-absent.js'
import { byName, isFolder, realPath, type Search, type SearchedFile, searchFolder } from './search-folder.js'
import { slashed } from './slashed.js'

/** A file to check. */
export interface FoundFile {
  /** The name that the user gave, or the path below a folder that the user gave, with forward slashes. */
  readonly name: string
  readonly path: string
  /**
   * `named`: by its name or by a pattern, so that all of it is checked. `found`: in a folder, so that documents that are
   * not models are skipped. `missing`: it does not exist, or no file matches the pattern.
   */
  readonly how: 'named' | 'found' | 'missing'
  /** The path without links. */
  readonly real: string
  /** Whether it is known to be a regular file. */
  readonly isRegular?: boolean
}

/** Which files to leave out. */
export interface FileChoice {
  /** Patterns relative to the working directory: those of `--exclude`. */
  readonly exclude: readonly string[]
  readonly usesGitRules: boolean
  /** Whether a named file counts as found in a folder: it may be excluded, and what is not a model is skipped. */
  readonly isForced: boolean
  /** Files that count as existing though they are not in the working tree. */
  readonly absent?: AbsentFiles
  /** What the config of a file says about it. */
  readonly config: {
    isExcluded(path: string): boolean
    isIncluded(path: string): boolean
    /** Reads a config that was met, so that its mistakes are reported. */
    load(path: string): unknown
  }
}

/**
 * Finds the files that the arguments name, each once. An argument is a file, a folder to search, a glob pattern, or `!` and
 * a pattern to leave out.
 *
 * @throws UsageError if all arguments are patterns to leave out
 */
export function findFiles(names: readonly string[], choice: FileChoice): FoundFile[] {
  const wanted = names.filter((name) => !name.startsWith('!'))
  if (wanted.length === 0) throw new UsageError('only patterns to leave out are given; name a file or a folder too')
  const leftOut = names.filter((name) => name.startsWith('!')).map((name) => name.slice(1))
  const patterns = [...choice.exclude, ...leftOut]
  const excluded = globs(patterns)
  const isExcluded = (path: string, isDirectory: boolean) => {
    const isMatch = patterns.length > 0 && excluded.matches(slashed(relative(process.cwd(), resolve(path))))
    // In a folder with exceptions, each file is asked for itself.
    return isMatch ? !(isDirectory && excluded.hasExceptions) : !isDirectory && choice.config.isExcluded(path)
  }
  const found = new Map<string, FoundFile>()
  for (const name of wanted) {
    for (const file of filesOf(name, { ...choice, isExcluded })) {
      const { real } = file
      const known = found.get(real)
      // A file that is found in a folder and named as well is named.
      if (known === undefined || (known.how === 'found' && file.how === 'named')) found.set(real, file)
    }
  }
  return [...found.values()]
}

type Choice = FileChoice & { readonly isExcluded: (path: string, isFolder: boolean) => boolean }

function filesOf(name: string, choice: Choice): FoundFile[] {
  if (name === STANDARD_INPUT) return [{ name, path: name, real: name, how: 'named' }]
  const absent = absentFile(name, choice.absent ?? NONE)
  if (absent !== undefined) return namedFile(absent, choice)
  if (lstatSync(name, { throwIfNoEntry: false })) {
    if (isConfigFile(name) && !isFolder(name)) {
      choice.config.load(name)
      return []
    }
    return isFolder(name)
      ? searched(name, choice)
      : namedFile({ name: slashed(name), path: name, real: realPath(name) }, choice)
  }
  const below = searched(name, choice)
  if (below.length > 0) return below
  const matches = picomatch.scan(slashed(name)).isGlob ? matching(slashed(name), choice) : []
  return matches.length > 0 ? matches : [{ name: slashed(name), path: name, real: resolve(name), how: 'missing' }]
}

const NONE: AbsentFiles = new Map()

function namedFile(file: SearchedFile, { isForced, isExcluded, config }: Choice): FoundFile[] {
  const { path: name } = file
  if (!isForced) return [{ ...file, how: 'named' }]
  const isWanted = MANIFEST.test(name) || config.isIncluded(resolve(name))
  const isLeftOut = isExcluded(name, false) || NEVER_SEARCHED.test(slashed(name))
  return isWanted && !isLeftOut ? [{ ...file, how: 'found' }] : []
}

const NEVER_SEARCHED = /(?:^|\/)(?:node_modules|\.git)\//

/** Whether a search in a folder takes a file by its extension. */
export function isManifestFile(name: string): boolean {
  return MANIFEST.test(name)
}

/** The extensions that a folder is searched for. */
const MANIFEST = /\.(?:ya?ml|json|(?:jsonl|ndjson)(?:\.gz)?)$/i

function searched(folder: string, { config, isExcluded, usesGitRules, absent }: Choice): FoundFile[] {
  const isWanted = (name: string, path: string) => {
    if (!isConfigFile(name)) return MANIFEST.test(name) || config.isIncluded(path)
    config.load(path)
    return false
  }
  return search(folder, { isWanted, isExcluded, usesGitRules }, absent).map((file) => ({ ...file, how: 'found' }))
}

/** The files that match a pattern. Like in a shell, `*` does not match a leading dot. */
function matching(pattern: string, { isExcluded, usesGitRules, isForced, absent }: Choice): FoundFile[] {
  const { base, glob } = picomatch.scan(pattern)
  const folder = base === '' ? '.' : base
  const test = picomatch(pattern.replace(/^\.\//, ''))
  const depth = glob.includes('**') ? {} : { depth: glob.split('/').length - 1 }
  const isWanted = (name: string) => test(name)
  return search(folder, { isWanted, isExcluded, usesGitRules, ...depth }, absent).map((file) => ({
    ...file,
    how: isForced ? 'found' : 'named',
  }))
}

/** Searches the working tree, and the files that are absent from it. */
function search(folder: string, wanted: Search, absent = NONE): SearchedFile[] {
  const present = isFolder(folder) ? searchFolder(folder, wanted) : []
  const others = searchAbsent(folder, absent, wanted)
  if (others.length === 0) return present
  return [...present, ...others].sort((one, other) => byName(one.name, other.name))
}
