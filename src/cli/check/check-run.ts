/** One run over files: what it knows of them all, and the check of each. */

import { resolve } from 'node:path'
import { named } from '../../manifest/faultless.js'
import type { ListedEntity } from '../../manifest/list-entities.js'
import type { FaultlessFile } from '../../manifest/quick-check.js'
import { AcrossCheck } from '../../policy/across/check-across.js'
import { EntityIndex } from '../../policy/across/entity-index.js'
import { withLateCode } from '../late.js'
import { STANDARD_INPUT } from '../read-file.js'
import type { CachedChecks } from './cached-checks.js'
import type { CheckChoices } from './check-choices.js'
import type { LoadedConfig } from './config-files.js'
import { FileCheck, type FileReport, type OpenedFile, reportOf } from './file-check.js'
import { faultless, problemOf } from './file-problem.js'
import { FileSetup } from './file-setup.js'
import { type FoundFile, findFiles } from './find-files.js'
import { replayed } from './replayed.js'

/** A run over files. */
export class CheckRun {
  readonly setup: FileSetup
  readonly #choices: CheckChoices
  readonly #across: AcrossCheck
  readonly #files: FileCheck
  readonly #cache: CachedChecks | undefined
  /** The files that are found and not checked. */
  #others: readonly FoundFile[] = []
  /** The entities that references may name: of the config with `complete`, or of the files of this check. */
  readonly #indices = new Map<LoadedConfig | undefined, EntityIndex>()

  private constructor(choices: CheckChoices, cache: CachedChecks | undefined) {
    this.#choices = choices
    this.#cache = cache
    this.setup = new FileSetup(choices)
    this.#across = new AcrossCheck(choices.workspace)
    this.#files = new FileCheck(choices, this.setup, this.#across, cache)
  }

  /** @throws UsageError if the chosen config does not exist */
  static async start(choices: CheckChoices): Promise<CheckRun> {
    const { cache: folder } = choices
    const cache = folder === undefined ? undefined : (await import('./cached-checks.js')).cachedChecks(folder)
    return await withLateCode(() => new CheckRun(choices, cache))
  }

  /** Finds files, and reads their configs. */
  async find(names: readonly string[]): Promise<FoundFile[]> {
    const { exclude, usesGitRules, isForced, reports } = this.#choices
    return await withLateCode(() => {
      const absent = this.#files.contents.index?.absent
      const config = this.setup.configs
      const found = findFiles(names, { exclude, usesGitRules, isForced, config, ...(absent && { absent }) })
      const files = reports.length === 0 ? found : found.filter(({ path }) => !isReport(path, reports))
      for (const file of files) this.setup.configOf(file)
      return files
    })
  }

  /** Finds the files to check: all, or those that have changed. The others are looked at for rules across files. */
  async select(names: readonly string[]): Promise<FoundFile[]> {
    const { only } = this.#choices
    if (only === undefined) return await this.find(names)
    if (only.kind === 'staged') this.#files.contents.index = new (await import('./git-index.js')).GitIndex()
    const paths =
      only.kind === 'staged'
        ? this.#files.contents.index?.staged
        : (await import('./git-changes.js')).changedFiles(only.ref)
    const found = await this.find(names.length === 0 ? ['.'] : names)
    const isSelected = ({ path, real, how }: FoundFile) =>
      how === 'missing' || path === STANDARD_INPUT || paths?.has(real) === true
    this.#others = found.filter((file) => !isSelected(file) && this.#isKnown(file))
    return found.filter(isSelected)
  }

  /** Whether a file that is not checked counts: what is not in the index is not part of the next commit. */
  #isKnown({ real }: FoundFile): boolean {
    return this.#files.contents.index?.has(real) ?? true
  }

  /** Writes the cache. Returns why it cannot be written. */
  writeCache(): string | undefined {
    return this.#cache?.write()
  }

  /** Whether the content of a file is not that of the working tree. */
  isGiven({ real }: FoundFile): boolean {
    return this.#files.contents.index?.isRead(real) === true
  }

  /** Lets the rules across files see the files that are not checked, so that what has changed is told to be the duplicate. */
  async lookAtOthers(): Promise<void> {
    for (const file of this.#others) {
      const across = this.#across.inFile(this.setup.nameOf(file), undefined)
      for await (const { model, value } of this.entitiesOf(file)) {
        for (const _ of across({ model, value: named(value, this.#choices.name), isValid: true })) break
      }
    }
  }

  /** Opens a file, to fix it. */
  async open(file: FoundFile): Promise<OpenedFile | undefined> {
    return await this.#files.open(file)
  }

  /**
   * Checks a file. Answers at once if there is nothing to report.
   *
   * @param quick - what the quick check of the file says
   */
  check(
    file: FoundFile,
    quick: FaultlessFile | undefined,
    all: readonly FoundFile[],
  ): FileReport | Promise<FileReport> {
    const name = this.setup.nameOf(file)
    if (file.how === 'missing') {
      const help = 'check the path; a pattern needs quotes, so that the shell passes it on'
      return { name, how: 'missing', ...problemOf(name, 'missing_file', 'There is no such file or folder', help) }
    }
    const config = this.setup.configOf(file)
    const isLast = all.at(-1) === file
    if (!this.#isComplete(config)) return this.#checkAcross(file, config, quick, undefined, isLast)
    return this.#indexFor(config, all).then((index) => this.#checkAcross(file, config, quick, index, isLast))
  }

  #checkAcross(
    file: FoundFile,
    config: LoadedConfig | undefined,
    quick: FaultlessFile | undefined,
    index: EntityIndex | undefined,
    isLast: boolean,
  ): FileReport | Promise<FileReport> {
    const name = this.setup.nameOf(file)
    const across = this.#across.inFile(name, index)
    const rules = { across, isComplete: index !== undefined, isLast }
    if (quick === undefined) return this.#files.report(file, config, rules)
    const found = quick.entities.map((entity) => [...across(entity)])
    if (found.every((findings) => findings.length === 0)) return reportOf(name, config, faultless(quick))
    return this.#files.report(file, config, { ...rules, across: replayed(found) })
  }

  /** The entities of a file, without checking them. */
  entitiesOf(file: FoundFile): AsyncIterable<ListedEntity> {
    return this.#files.entitiesOf(file)
  }

  #isComplete(config: LoadedConfig | undefined): boolean {
    return this.#choices.complete || config?.policy.settings.complete === true
  }

  /** All entities that the references of a file may name. */
  async #indexFor(config: LoadedConfig | undefined, all: readonly FoundFile[]): Promise<EntityIndex> {
    const scope = this.#choices.complete ? undefined : config
    const known = this.#indices.get(scope)
    if (known !== undefined) return known
    const index = new EntityIndex()
    this.#indices.set(scope, index)
    const checked = new Set(all.map(({ real }) => real))
    // The folder of the config has all entities, also where only some of its files are checked.
    const ofScope = scope === undefined ? [] : (await this.find([scope.folder])).filter((file) => this.#isKnown(file))
    const others = [...this.#others, ...ofScope].filter(({ real }) => !checked.has(real))
    for (const file of [...all, ...others]) await this.#addEntities(file, index, checked.has(file.real))
    return index
  }

  async #addEntities(file: FoundFile, index: EntityIndex, isChecked: boolean): Promise<void> {
    const { workspace, name } = this.#choices
    for await (const { model, value } of this.entitiesOf(file)) {
      index.add({ model, value: name === undefined ? value : { name, ...Object(value) } }, workspace, isChecked)
    }
  }
}

function isReport(path: string, reports: readonly string[]): boolean {
  return reports.some((report) => resolve(report) === resolve(path))
}
