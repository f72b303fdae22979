import { dirname, relative } from 'node:path'
import type { Configs } from '../check/config-files.js'
import { Project, type ProjectContext } from './project.js'

/** The folders of the editor as projects. A file outside all of them belongs to none, unless a complete config is above it. */
export class Projects {
  readonly #workspace: string
  readonly #context: ProjectContext
  readonly #byRoot = new Map<string, Project>()
  #folders: readonly string[] = []

  constructor(workspace: string, context: ProjectContext) {
    this.#workspace = workspace
    this.#context = context
  }

  /** Sets the folders that are open. */
  setFolders(folders: readonly string[]): void {
    this.#folders = folders
    this.#byRoot.clear()
  }

  get folders(): readonly string[] {
    return this.#folders
  }

  get all(): Iterable<Project> {
    return this.#byRoot.values()
  }

  /** The project of a file. One that is new has to be scanned. */
  of(path: string): Project | undefined {
    const folder = this.#folders
      .filter((each) => isInside(each, path))
      .reduce<string | undefined>((one, other) => ((one?.length ?? 0) > other.length ? one : other), undefined)
    return this.#at(rootOf(folder, path, this.#context.configs()))
  }

  /** The projects of all folders. */
  ofFolders(): Project[] {
    const configs = this.#context.configs()
    return this.#folders.flatMap((folder) => this.#at(rootOf(folder, `${folder}/x`, configs)) ?? [])
  }

  #at(root: string | undefined): Project | undefined {
    if (root === undefined) return undefined
    const known = this.#byRoot.get(root)
    if (known !== undefined) return known
    const project = new Project(root, this.#workspace, this.#context)
    this.#byRoot.set(root, project)
    return project
  }
}

/** A complete config above a folder knows more entities than the folder has. */
function rootOf(folder: string | undefined, path: string, configs: Configs): string | undefined {
  const config = configs.of(path)
  const isAbove = config !== undefined && (folder === undefined || isInside(config.folder, folder))
  return config?.policy.settings.complete === true && isAbove ? config.folder : folder
}

/** Whether a path is in a folder, or is the folder. */
export function isInside(folder: string, path: string): boolean {
  const inside = relative(folder, path)
  return !inside.startsWith('..') && (inside === '' || dirname(inside) !== inside) && !/^(?:[A-Za-z]:|\/)/.test(inside)
}
