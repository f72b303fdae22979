/** One run over files: what it knows of them all, and the check of each. */

import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { CheckedSource } from '../../manifest/check-source.js'
import type { CheckAcross } from '../../manifest/checked-entity.js'
import { isSkipped } from '../../manifest/diagnostic.js'
import { named } from '../../manifest/faultless.js'
import type { ListedEntity } from '../../manifest/list-entities.js'
import type { ManifestFormat } from '../../manifest/manifest-format.js'
import type { FaultlessFile } from '../../manifest/quick-check.js'
import type { SourceCheck } from '../../manifest/source-check.js'
import { AcrossCheck } from '../../policy/across/check-across.js'
import { EntityIndex } from '../../policy/across/entity-index.js'
import { withLateCode } from '../late.js'
import { STANDARD_INPUT } from '../read-file.js'
import type { CachedChecks } from './cached-checks.js'
import type { CheckChoices } from './check-choices.js'
import { type LoadedConfig, pathIn } from './config-files.js'
import { FileContents, unreadable } from './file-contents.js'
import { faultless, problemOf } from './file-problem.js'
import { FileSetup } from './file-setup.js'
import { type FoundFile, findFiles } from './find-files.js'
import { replayed } from './replayed.js'

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
  #cache: CachedChecks | undefined
  /** The files that are found and not checked. */
  #others: readonly FoundFile[] = []
  /** The entities that references may name: of the config with `complete`, or of the files of this check. */
  readonly #indices = new Map<LoadedConfig | undefined, EntityIndex>()

  private constructor(choices: CheckChoices) {
    this.#choices = choices
    this.setup = new FileSetup(choices)
    this.#across = new AcrossCheck(choices.workspace)
  }

  /** @throws UsageError if the chosen config does not exist */
  static async start(choices: CheckChoices): Promise<CheckRun> {
    const run = await withLateCode(() => new CheckRun(choices))
    if (choices.cache !== undefined) run.#cache = (await import('./cached-checks.js')).cachedChecks(choices.cache)
    return run
  }

  /** Finds files, and reads their configs. */
  async find(names: readonly string[]): Promise<FoundFile[]> {
    const { exclude, usesGitRules, isForced, reports } = this.#choices
    return await withLateCode(() => {
      const absent = this.#contents.index?.absent
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
    if (only.kind === 'staged') this.#contents.index = new (await import('./git-index.js')).GitIndex()
    const paths =
      only.kind === 'staged' ? this.#contents.index?.staged : (await import('./git-changes.js')).changedFiles(only.ref)
    const found = await this.find(names.length === 0 ? ['.'] : names)
    const isSelected = ({ path, real, how }: FoundFile) =>
      how === 'missing' || path === STANDARD_INPUT || paths?.has(real) === true
    this.#others = found.filter((file) => !isSelected(file) && this.#isKnown(file))
    return found.filter(isSelected)
  }

  /** Whether a file that is not checked counts: what is not in the index is not part of the next commit. */
  #isKnown({ real }: FoundFile): boolean {
    return this.#contents.index?.has(real) ?? true
  }

  /** Writes the cache. Returns why it cannot be written. */
  writeCache(): string | undefined {
    return this.#cache?.write()
  }

  /** Whether the content of a file is not that of the working tree. */
  isGiven({ real }: FoundFile): boolean {
    return this.#contents.index?.isRead(real) === true
  }

  /** Lets the rules across files see the files that are not checked, so that what has changed is told to be the duplicate. */
  async lookAtOthers(): Promise<void> {
    for (const file of this.#others) {
      const across = this.#across.inFile(this.setup.nameOf(file), undefined)
      for (const { model, value } of await this.entitiesOf(file)) {
        for (const _ of across({ model, value: named(value, this.#choices.name), isValid: true })) break
      }
    }
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
    const large = await this.#largeLines(file, across, isComplete)
    if (large !== undefined) return reportOf(name, config, large)
    if (this.#cache === undefined) return await this.#checkText(file, config, across, isComplete)
    const content = await this.#contents.of(file, name)
    if (!content.ok) return { name, how: 'checked', ...content.problem }
    const { fullCheck } = await import('./full-check.js')
    const check = { ...(await this.#sourceCheck(file, content.bytes)), maxDiagnostics: this.#choices.maxDiagnostics }
    const full = async (asked: CheckAcross) => await fullCheck(content.bytes, { ...check, across: asked }, isComplete)
    const key = await keyOf(content.bytes, check, config, file, isComplete)
    return reportOf(name, config, await this.#cache.checked(key, content.bytes, across, full))
  }

  async #checkText(
    file: FoundFile,
    config: LoadedConfig | undefined,
    across: CheckAcross,
    isComplete: boolean,
  ): Promise<FileReport> {
    const name = this.setup.nameOf(file)
    const { fullCheck } = await import('./full-check.js')
    const opened = await this.#textOf(file)
    if ('problem' in opened) return { name, how: 'checked', ...opened.problem }
    const check = { ...opened.check, maxDiagnostics: this.#choices.maxDiagnostics, across }
    return reportOf(name, config, await fullCheck(opened.manifest, check, isComplete))
  }

  /** The text of a file. Its bytes are not kept beside it: of a large file, that is many megabytes. */
  async #textOf(
    file: FoundFile,
  ): Promise<
    { readonly problem: CheckedSource } | { readonly manifest: string | Uint8Array; readonly check: SourceCheck }
  > {
    const content = await this.#contents.of(file, this.setup.nameOf(file))
    if (!content.ok) return content
    const { readable } = await import('./full-check.js')
    return { manifest: readable(content.bytes), check: await this.#sourceCheck(file, content.bytes) }
  }

  /** The check of a large file of JSON Lines, which is not read as a whole. */
  async #largeLines(file: FoundFile, across: CheckAcross, isComplete: boolean): Promise<CheckedSource | undefined> {
    if (!LINES.test(file.name) || this.isGiven(file) || !isLarge(file.path)) return undefined
    const { checkLargeLines } = await import('./large-lines.js')
    const { maxDiagnostics } = this.#choices
    const check = { ...this.setup.sourceCheck(file), maxDiagnostics, across }
    if (check.target !== undefined) return undefined
    return await checkLargeLines(file.path, check, this.#across, isComplete)
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
    const ofScope = scope === undefined ? [] : (await this.find([scope.folder])).filter((file) => this.#isKnown(file))
    const others = [...this.#others, ...ofScope].filter(({ real }) => !checked.has(real))
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

/** Uncompressed JSON Lines. */
const LINES = /\.(?:jsonl|ndjson)$/i

/** Whether a file is a regular one of more than 8 MiB. */
function isLarge(path: string): boolean {
  const entry = statSync(path, { throwIfNoEntry: false })
  return entry?.isFile() === true && entry.size > 8 * 1024 * 1024
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

/** The key of a check in the cache. */
async function keyOf(
  bytes: Uint8Array,
  check: SourceCheck,
  config: LoadedConfig | undefined,
  file: FoundFile,
  isComplete: boolean,
): Promise<string> {
  const [{ BUILD }, { CheckCache }] = [await import('./full-check.js'), await import('./check-cache.js')]
  const { policy: _, across: __, ...rest } = check
  // A policy is what a config says about a path.
  const policy = config && { text: config.read.source.text, path: pathIn(config, file.path) }
  const most = String(check.maxDiagnostics)
  return CheckCache.keyOf(bytes, { ...rest, maxDiagnostics: most, build: BUILD, policy, isComplete })
}
