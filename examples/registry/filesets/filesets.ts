import { readdirSync, realpathSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'

/** The filesets that the registry knows: the folders `<root>/<workspace>/<name>`. */
export interface Filesets {
  find(workspace: string, name: string): Fileset | undefined
  /** The references of all filesets with files, in order. Undefined if there are more than `most`. */
  list(most: number): readonly string[] | undefined
}

export interface Fileset {
  /** `workspace/name` */
  readonly reference: string
  /** The real path of its folder. */
  readonly folder: string
}

/** A part of a path that is a plain name: no separator, no `..`, no hidden file. Long enough for every name of the API. */
const PLAIN_NAME = /^(?!\.)[\w.@+-]{1,255}$/

/**
 * The filesets under a root folder, or none without one. A name never leads out of the root: neither by its characters, nor by a link
 * that stands in the root.
 */
export function filesetsIn(root: string | undefined): Filesets {
  if (root === undefined) return { find: () => undefined, list: () => [] }
  const realRoot = realpathSync(root)
  const filesets: Filesets = {
    list(most) {
      const workspaces = namesIn(realRoot)
      if (workspaces.length > most) return undefined
      const found = workspaces
        .flatMap((workspace) =>
          namesIn(join(realRoot, workspace)).flatMap((name) => filesets.find(workspace, name) ?? []),
        )
        .filter(({ folder }) => !isEmptyFolder(folder))
        .map(({ reference }) => reference)
      return found.length > most ? undefined : found
    },
    find(workspace, name) {
      if (!PLAIN_NAME.test(workspace) || !PLAIN_NAME.test(name)) return undefined
      try {
        const folder = realpathSync(join(realRoot, workspace, name))
        const isInside = folder.startsWith(realRoot.endsWith(sep) ? realRoot : realRoot + sep)
        return isInside && statSync(folder).isDirectory() ? { reference: `${workspace}/${name}`, folder } : undefined
      } catch {
        return undefined
      }
    },
  }
  return filesets
}

/** The names in a folder, in order; none if it is not a folder. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch {
    return []
  }
}

/** Whether there is no file in a fileset's folder. */
export function isEmptyFolder(folder: string): boolean {
  try {
    return readdirSync(folder).length === 0
  } catch {
    return true
  }
}
