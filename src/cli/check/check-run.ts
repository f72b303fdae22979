/** One run over files: what it knows of them all, and the check of each. */

import { resolve } from 'node:path'
import type { CheckedSource } from '../../manifest/check-source.js'
import type { AcrossFinding, CheckAcross } from '../../manifest/checked-entity.js'
import { isSkipped } from '../../manifest/diagnostic.js'
import type { ListedEntity } from '../../manifest/list-entities.js'
import type { ManifestFormat } from '../../manifest/manifest-format.js'
import type { FaultlessFile } from '../../manifest/quick-check.js'
import type { SourceCheck } from '../../manifest/source-check.js'
import { AcrossCheck } from '../../policy/across/check-across.js'
import { EntityIndex } from '../../policy/across/entity-index.js'
import { withLateCode } from '../late.js'
import { STANDARD_INPUT } from '../read-file.js'
import type { CheckChoices } from './check-choices.js'
import type { LoadedConfig } from './config-files.js'
import { FileContents, unreadable } from './file-contents.js'
import { faultless, problemOf } from './file-problem.js'
import { FileSetup } from './file-setup.js'
import { type FoundFile, findFiles } from './find-files.js'

/** What became of one file. */
export interface FileReport extends CheckedSource {
  readonly name: string
  /** `config`: it is a config with mistakes. `missing`: it does not exist. `skipped`: nothing in it is a model. */
  readonly how: 'checked' | 'skipped' | 'config' | 'missing'
  readonly config?: LoadedConfig
}

/** A file that can be fixed: its bytes, and how it is checked. */
export interface OpenedFile {
  readonly name: string
  readonly path: string
  readonly bytes: Uint8Array
  readonly check: SourceCheck
}

/** A run over files. */
export class CheckRun {
  readonly setup: FileSetup
  readonly #choices: CheckChoices
  readonly #across: AcrossCheck
  readonly #contents = new FileContents()
  /** The entities that references may name: of the config with `complete`, or of the files of this check. */
  readonly #indices = new Map<LoadedConfig | undefined, EntityIndex>()

  private constructor(choices: CheckChoices) {
    this.#choices = choices
    this.setup = new FileSetup(choices)
    this.#across = new AcrossCheck(choices.workspace)
  }

  /** @throws UsageError if the chosen config does not exist */
  static async start(choices: CheckChoices): Promise<CheckRun> {
    return await withLateCode(() => new CheckRun(choices))
  }

  /** Finds files, and reads their configs. */
  async find(names: readonly string[]): Promise<FoundFile[]> {
    const { exclude, usesGitRules, isForced, reports } = this.#choices
    return await withLateCode(() => {
      const found = findFiles(names, { exclude, usesGitRules, isForced, config: this.setup.configs })
      const files = reports.length === 0 ? found : found.filter(({ path }) => !isReport(path, reports))
      for (const file of files) this.setup.configOf(file)
      return files
    })
  }

  async open(file: FoundFile): Promise<OpenedFile | undefined> {
    const name = this.setup.nameOf(file)
    if (file.how === 'missing' || NOT_EDITABLE.test(name)) return undefined
    const content = await this.#contents.of(file, name)
    if (!content.ok) return undefined
    return { name, path: file.path, bytes: content.bytes, check: await this.#sourceCheck(file, content.bytes) }
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
    if (!this.#isComplete(config)) return this.#checkAcross(file, config, quick, undefined)
    return this.#indexFor(config, all).then((index) => this.#checkAcross(file, config, quick, index))
  }

  #checkAcross(
    file: FoundFile,
    config: LoadedConfig | undefined,
    quick: FaultlessFile | undefined,
    index: EntityIndex | undefined,
  ): FileReport | Promise<FileReport> {
    const name = this.setup.nameOf(file)
    const across = this.#across.inFile(name, index)
    if (quick === undefined) return this.#fullCheck(file, config, across, index !== undefined)
    const found = quick.entities.map((entity) => [...across(entity)])
    if (found.every((findings) => findings.length === 0)) return reportOf(name, config, faultless(quick))
    return this.#fullCheck(file, config, replayed(found), index !== undefined)
  }

  async entitiesOf(file: FoundFile): Promise<ListedEntity[]> {
    if (file.how === 'missing') return []
    const name = this.setup.nameOf(file)
    const content = await this.#contents.of(file, name)
    if (!content.ok) return []
    const { listEntities } = await import('./full-check.js')
    return [...listEntities(content.bytes, this.setup.reading(file, await formatFor(name, content.bytes)))]
  }

  async #fullCheck(
    file: FoundFile,
    config: LoadedConfig | undefined,
    across: CheckAcross,
    isComplete: boolean,
  ): Promise<FileReport> {
    const name = this.setup.nameOf(file)
    if (COMMENTED_JSON.test(name)) {
      const why = 'JSON with comments is not supported; write YAML or plain JSON'
      return { name, how: 'checked', ...unreadable(name, why) }
    }
    const content = await this.#contents.of(file, name)
    if (!content.ok) return { name, how: 'checked', ...content.problem }
    const { maxDiagnostics } = this.#choices
    const { fullCheck } = await import('./full-check.js')
    const check = await this.#sourceCheck(file, content.bytes)
    return reportOf(name, config, await fullCheck(content.bytes, { ...check, maxDiagnostics, across }, isComplete))
  }

  async #sourceCheck(file: FoundFile, bytes: Uint8Array): Promise<SourceCheck> {
    return this.setup.sourceCheck(file, await formatFor(this.setup.nameOf(file), bytes))
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
    const others = scope === undefined ? [] : (await this.find([scope.folder])).filter(({ real }) => !checked.has(real))
    for (const file of [...all, ...others]) await this.#addEntities(file, index, checked.has(file.real))
    return index
  }

  async #addEntities(file: FoundFile, index: EntityIndex, isChecked: boolean): Promise<void> {
    const { workspace, name } = this.#choices
    for (const { model, value } of await this.entitiesOf(file)) {
      index.add({ model, value: name === undefined ? value : { name, ...Object(value) } }, workspace, isChecked)
    }
  }
}

const COMMENTED_JSON = /\.json[c5]$/i
const NOT_EDITABLE = /\.(?:gz|json[c5])$/i

/** The language of standard input without a name. */
async function formatFor(name: string, bytes: Uint8Array): Promise<ManifestFormat | undefined> {
  return name === STANDARD_INPUT ? (await import('./full-check.js')).formatOfContent(bytes) : undefined
}

function isReport(path: string, reports: readonly string[]): boolean {
  return reports.some((report) => resolve(report) === resolve(path))
}

function reportOf(name: string, config: LoadedConfig | undefined, checked: CheckedSource): FileReport {
  const how = isSkipped(checked.check) ? 'skipped' : 'checked'
  return { name, how, ...(config && { config }), ...checked }
}

/** The answers of rules across files that were asked already: they remember what they were asked. */
function replayed(found: readonly (readonly AcrossFinding[])[]): CheckAcross {
  let next = 0
  return () => {
    next += 1
    return found[next - 1] ?? []
  }
}
