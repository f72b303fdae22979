/** Finds manifests that are not in the working tree, by their paths alone. */

import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { isConfigFile } from './config-files.js'
import { isReached, realPath, type Search, type SearchedFile } from './search-folder.js'
import { slashed } from './slashed.js'

/** Files that are not in the working tree: where each leads, by its path. */
export type AbsentFiles = ReadonlyMap<string, string>

/** The absent file that a name means. */
export function absentFile(name: string, absent: AbsentFiles): SearchedFile | undefined {
  if (absent.size === 0) return undefined
  const real = absent.get(withoutLinks(name))
  return real === undefined ? undefined : { name: slashed(name), path: name, real }
}

/** The absent files that a search in a folder would find. */
export function searchAbsent(folder: string, absent: AbsentFiles, search: Search): SearchedFile[] {
  if (absent.size === 0) return []
  const found: SearchedFile[] = []
  const at = withoutLinks(folder)
  for (const [whole, real] of absent) {
    if (!whole.startsWith(at.endsWith(sep) ? at : at + sep)) continue
    const inside = relative(at, whole)
    const path = join(folder, inside)
    const isOpen = search.usesGitRules ? isReached(at, whole) : !NEVER_SEARCHED.test(slashed(inside))
    if (!isOpen || isConfigFile(path) || isExcluded(folder, inside, search)) continue
    if (search.isWanted(slashed(path), path)) found.push({ name: slashed(path), path, real })
  }
  return found
}

const NEVER_SEARCHED = /(?:^|\/)(?:node_modules|\.git)\//

/** Whether a file, or a folder on the way to it, is excluded. */
function isExcluded(folder: string, inside: string, search: Search): boolean {
  const steps = inside.split(sep)
  return steps.some((_, index) => {
    const isFolder = index < steps.length - 1
    return search.isExcluded(join(folder, ...steps.slice(0, index + 1)), isFolder)
  })
}

/** The path of a name. Links in the folders that exist are resolved, the last part is not. */
function withoutLinks(name: string): string {
  const path = resolve(name)
  const folder = dirname(path)
  if (folder === path) return path
  const real = realPath(folder)
  return join(real === folder ? withoutLinks(folder) : real, basename(path))
}
