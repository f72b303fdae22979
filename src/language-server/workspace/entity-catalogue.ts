import type { CheckAcross } from '../../manifest/checked-entity.js'
import type { ListedEntity } from '../../manifest/list-entities.js'
import { type EntityKey, textOfKey } from '../../policy/across/references-of.js'
import { AcrossCheck, EntityIndex } from '../../policy/index.js'
import { type EntityRecord, recordOf } from './entity-record.js'

/** The entities of a folder, by their files: for the rules across files, for completion and for definitions. */
export class EntityCatalogue {
  readonly #workspace: string
  readonly #files = new Map<string, readonly EntityRecord[]>()
  readonly #byName: (one: string, other: string) => number
  #order: readonly string[] | undefined
  #index: EntityIndex | undefined

  /**
   * @param workspace - the workspace that requests belong to
   * @param byName - the order in which files are checked
   */
  constructor(workspace: string, byName: (one: string, other: string) => number) {
    this.#workspace = workspace
    this.#byName = byName
  }

  /** Sets the entities of a file. Returns whether other files may notice. */
  set(file: string, entities: Iterable<ListedEntity>): boolean {
    const records = [...entities].map((entity) => recordOf(entity, this.#workspace))
    const before = this.#files.get(file)
    if (records.length === 0 ? before === undefined : JSON.stringify(before) === JSON.stringify(records)) return false
    if (records.length === 0) this.#files.delete(file)
    else this.#files.set(file, records)
    this.#forget()
    return true
  }

  /** Removes a file, or every file. */
  delete(file?: string): void {
    if (file === undefined) this.#files.clear()
    else this.#files.delete(file)
    this.#forget()
  }

  /**
   * The rules across files for one file: what the files before it have is already seen.
   *
   * @param isComplete - whether all entities are here, so that references are checked
   */
  across(file: string, isComplete: boolean): CheckAcross {
    const check = new AcrossCheck(this.#workspace)
    for (const name of this.#inOrder()) {
      if (this.#byName(name, file) >= 0) break
      for (const { key } of this.#files.get(name) ?? []) if (key !== undefined) check.see(key, name)
    }
    return check.inFile(file, isComplete ? this.#entityIndex() : undefined)
  }

  /** All entities, in the order of the files. */
  *records(): Generator<EntityRecord> {
    for (const name of this.#inOrder()) yield* this.#files.get(name) ?? []
  }

  /** The file with an entity: the first one that has it. */
  fileOf(key: EntityKey): string | undefined {
    const wanted = textOfKey(key)
    return this.#inOrder().find((name) =>
      this.#files.get(name)?.some((record) => record.key !== undefined && textOfKey(record.key) === wanted),
    )
  }

  #forget(): void {
    this.#order = undefined
    this.#index = undefined
  }

  #inOrder(): readonly string[] {
    this.#order ??= [...this.#files.keys()].sort(this.#byName)
    return this.#order
  }

  #entityIndex(): EntityIndex {
    if (this.#index !== undefined) return this.#index
    this.#index = new EntityIndex()
    for (const { entity } of this.records()) this.#index.add(entity, this.#workspace, true)
    return this.#index
  }
}
