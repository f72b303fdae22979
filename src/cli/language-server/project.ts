/** One folder of the editor: its entities, and how its files are checked. */

import { statSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { EntityCatalogue } from '../../language-server/index.js'
import { MAX_MANIFEST_SIZE } from '../../manifest/index.js'
import { listEntities } from '../../manifest/list-entities.js'
import { type Configs, isConfigFile } from '../check/config-files.js'
import { findFiles, isManifestFile } from '../check/find-files.js'
import { readingFor } from '../check/reading-for.js'
import { byName, isReached, realPath } from '../check/search-folder.js'
import { slashed } from '../check/slashed.js'
import { readFile } from '../read-file.js'

/** What a project needs from the server. */
export interface ProjectContext {
  readonly configs: () => Configs
  /** The text of a document that is open in the editor. */
  readonly openText: (path: string) => string | undefined
  /** Tells the user what is left out. */
  readonly note: (message: string) => void
}

/** A folder that is checked as `model-entity check` checks it. */
export class Project {
  readonly root: string
  readonly catalogue: EntityCatalogue
  readonly #context: ProjectContext
  #scans = 0

  constructor(root: string, workspace: string, context: ProjectContext) {
    this.root = root
    this.catalogue = new EntityCatalogue(workspace, byName)
    this.#context = context
  }

  /** The name of a file in messages: its path in the folder, with forward slashes. */
  nameOf(path: string): string {
    return slashed(relative(this.root, path))
  }

  /** The file with a name. */
  pathOf(name: string): string {
    return join(this.root, name)
  }

  /** Whether a check of the folder reads a file. */
  isChecked(path: string): boolean {
    const configs = this.#context.configs()
    if (isConfigFile(path) || configs.isExcluded(path)) return false
    if (!isManifestFile(basename(path)) && !configs.isIncluded(path)) return false
    return isReached(this.root, path) || isReached(realPath(this.root), realPath(path))
  }

  /** Reads the entities of all files. Gives way to what the editor asks in between. */
  async scan(): Promise<void> {
    this.#scans += 1
    const scan = this.#scans
    this.catalogue.delete()
    const { configs } = this.#context
    const files = findFiles([this.root], { exclude: [], isForced: false, usesGitRules: true, config: configs() })
    let since = performance.now()
    for (const { path } of files) {
      await this.update(path)
      if (performance.now() - since < SLICE_MS) continue
      await new Promise((resolve) => setImmediate(resolve))
      if (scan !== this.#scans) return
      since = performance.now()
    }
  }

  /** Reads the entities of a file again. Returns whether other files may notice. */
  async update(path: string): Promise<boolean> {
    return this.catalogue.set(this.nameOf(path), await this.#entitiesOf(path))
  }

  /** Takes the entities of a text that is open in the editor. */
  updateOpen(path: string, text: string): boolean {
    const entities = this.isChecked(path) ? this.#entitiesIn(path, new TextEncoder().encode(text)) : []
    return this.catalogue.set(this.nameOf(path), entities)
  }

  async #entitiesOf(path: string) {
    if (!this.isChecked(path)) return []
    const open = this.#context.openText(path)
    if (open !== undefined) return this.#entitiesIn(path, new TextEncoder().encode(open))
    if (sizeOf(path) > MOST_BYTES) {
      this.#context.note(
        `${this.nameOf(path)} is larger than ${MOST_BYTES} bytes: its entities are not known to other files`,
      )
      return []
    }
    const content = readFile(path)
    if (!content.ok) return []
    return this.#entitiesIn(path, /\.gz$/i.test(path) ? gunzipped(content.bytes) : content.bytes)
  }

  #entitiesIn(path: string, bytes: Uint8Array) {
    const config = this.#context.configs().of(path)
    return listEntities(bytes, readingFor({ name: this.nameOf(path), path, isFound: true }, config))
  }
}

/** How long files are read before the editor is asked again. */
const SLICE_MS = 15

/** A larger file is not read for its entities: it would keep the editor waiting. */
const MOST_BYTES = 8 * 1024 * 1024

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

function gunzipped(bytes: Uint8Array): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_MANIFEST_SIZE })
  } catch {
    return new Uint8Array()
  }
}
