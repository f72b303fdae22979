import { readdirSync, realpathSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'

/** The filesets that the registry knows: the folders `<root>/<workspace>/<name>`. */
export interface Filesets {
  find(workspace: string, name: string): Fileset | undefined
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
  if (root === undefined) return { find: () => undefined }
  const realRoot = realpathSync(root)
  return {
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
}

/** Whether there is no file in a fileset's folder. */
export function isEmptyFolder(folder: string): boolean {
  try {
    return readdirSync(folder).length === 0
  } catch {
    return true
  }
}
