import { lstat, readdir, realpath, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { glob, isDynamicPattern } from 'tinyglobby'
import { UsageError } from './exit-code.js'

/** A file to check. A folder that cannot be listed is one too, so that it is reported. */
export interface FoundFile {
  /** The name that the user gave, or the path below a folder that the user gave, with forward slashes. */
  readonly name: string
  readonly path: string
}

/** The extensions that a folder is searched for. */
const MANIFEST = /\.(?:ya?ml|json|jsonl|ndjson)$/i

/** Folders that are never searched: they hold files of other projects. */
const SKIPPED_FOLDERS = new Set(['node_modules'])

/** Standard input, as an argument. */
export const STANDARD_INPUT = '-'

/**
 * Finds the files that the arguments name. An argument is a file, a folder to search, or a glob pattern; each file is
 * listed once.
 *
 * @throws UsageError for a name that does not exist, and for a pattern that matches nothing
 */
export async function findFiles(names: readonly string[]): Promise<FoundFile[]> {
  const found = new Map<string, FoundFile>()
  for (const name of names) {
    for (const file of await filesOf(name)) {
      const path = resolve(file.path)
      if (!found.has(path)) found.set(path, file)
    }
  }
  return [...found.values()]
}

async function filesOf(name: string): Promise<FoundFile[]> {
  if (name === STANDARD_INPUT) return [{ name: STANDARD_INPUT, path: STANDARD_INPUT }]
  const isThere = await lstat(name).catch(() => undefined)
  if (isThere) return (await isFolder(name)) ? await searched(name, new Set()) : [fileAt(name)]
  if (isDynamicPattern(name)) {
    const matches = await glob(slashed(name), GLOB_OPTIONS)
    if (matches.length > 0) return matches.sort().map(fileAt)
    throw new UsageError(`no file matches ${name}`)
  }
  throw new UsageError(`no such file or folder: ${name}`)
}

const GLOB_OPTIONS = {
  dot: false,
  expandDirectories: false,
  followSymbolicLinks: false,
  ignore: [...SKIPPED_FOLDERS].map((folder) => `**/${folder}/**`),
}

/** Follows links to folders, but visits each folder once, so that a cycle of links ends. */
async function searched(folder: string, visited: Set<string>): Promise<FoundFile[]> {
  const real = await realpath(folder).catch(() => folder)
  if (visited.has(real)) return []
  visited.add(real)
  const entries = await readdir(folder).catch(() => undefined)
  if (entries === undefined) return [fileAt(folder)]
  const files: FoundFile[] = []
  for (const entry of entries.sort()) {
    if (entry.startsWith('.') || SKIPPED_FOLDERS.has(entry)) continue
    const path = join(folder, entry)
    if (await isFolder(path)) files.push(...(await searched(path, visited)))
    else if (MANIFEST.test(entry)) files.push(fileAt(path))
  }
  return files
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  )
}

function fileAt(path: string): FoundFile {
  return { name: slashed(path), path }
}

function slashed(path: string): string {
  return process.platform === 'win32' ? path.replaceAll('\\', '/') : path
}
