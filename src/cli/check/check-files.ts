/** Checks the files that the arguments name, one after the other. */

import { gunzipSync } from 'node:zlib'
import type { MinimumGpusOfSpec } from '../../lint/index.js'
import { type CheckedSource, checkSource, type SourceCheck } from '../../manifest/check-source.js'
import { guessedFormat } from '../../manifest/documents.js'
import { isSkipped, MAX_MANIFEST_SIZE, type ManifestFormat } from '../../manifest/index.js'
import { type ListedEntity, listEntities } from '../../manifest/list-entities.js'
import { type ManifestPolicy, NO_POLICY } from '../../manifest/policy.js'
import { ACROSS_RULES } from '../../manifest/rule-catalogue.js'
import { AcrossCheck, EntityIndex } from '../../policy/index.js'
import type { SchemaName } from '../../schemas/index.js'
import { UsageError } from '../exit-code.js'
import { readFile, STANDARD_INPUT } from '../read-file.js'
import { type ConfigChoice, Configs, type LoadedConfig, pathIn } from './config-files.js'
import { ofConfig, problemOf } from './file-problem.js'
import { type FoundFile, findFiles } from './find-files.js'

/** What the flags say about a check. */
export interface CheckChoices {
  readonly model?: SchemaName
  /** The name of an entity that has none. */
  readonly name?: string
  /** The workspace that requests belong to. */
  readonly workspace: string
  readonly maxDiagnostics: number
  readonly exclude: readonly string[]
  readonly usesGitRules: boolean
  /** Whether named files count as found in a folder. */
  readonly isForced: boolean
  readonly config: ConfigChoice
  /** The name of standard input. */
  readonly stdinFilename?: string
  /** Whether all entities are in the files of this check. */
  readonly complete: boolean
  readonly target?: 'nemo-cli'
  /** Whether a file is written by this check: a report is not a manifest. */
  readonly isReport: (path: string) => boolean
}

/** What became of one file. */
export interface FileReport extends CheckedSource {
  readonly name: string
  /** `config`: it is a config with mistakes. `missing`: it does not exist. `skipped`: nothing in it is a model. */
  readonly how: 'checked' | 'skipped' | 'config' | 'missing'
  readonly config?: LoadedConfig
}

/** Checks files in the order of the arguments. Configs with mistakes come first. */
export async function* checkFiles(names: readonly string[], choices: CheckChoices): AsyncGenerator<FileReport> {
  const run = new CheckRun(choices)
  const files = run.find(names)
  for (const { name, read } of run.configs.loaded) {
    if (read.diagnostics.length > 0) yield { name, how: 'config', ...ofConfig(read) }
  }
  for (const file of files) yield await run.check(file, files)
}

/** A file that can be fixed: its bytes, and how it is checked. */
export interface OpenedFile {
  readonly name: string
  readonly path: string
  readonly bytes: Uint8Array
  readonly check: SourceCheck
}

/** Opens the files that the arguments name. Those that cannot be read, and compressed ones, are left to the check. */
export async function* openFiles(names: readonly string[], choices: CheckChoices): AsyncGenerator<OpenedFile> {
  const run = new CheckRun(choices)
  for (const file of run.find(names)) {
    const opened = await run.open(file)
    if (opened !== undefined) yield opened
  }
}

/**
 * The entities of files, without checking them.
 *
 * @throws UsageError if a file does not exist
 */
export async function entitiesOfFiles(names: readonly string[], workspace: string): Promise<ListedEntity[]> {
  const run = new CheckRun({
    ...{ workspace, maxDiagnostics: 0, exclude: [], usesGitRules: true, isForced: false, config: {}, complete: false },
    isReport: () => false,
  })
  const entities: ListedEntity[] = []
  for (const file of run.find(names)) {
    if (file.how === 'missing') throw new UsageError(`no such file or folder: ${file.name}`)
    entities.push(...(await run.entitiesOf(file)))
  }
  return entities
}

class CheckRun {
  readonly configs: Configs
  readonly #choices: CheckChoices
  readonly #across: AcrossCheck
  /** The entities that references may name: of the config with `complete`, or of the files of this check. */
  readonly #indices = new Map<LoadedConfig | undefined, EntityIndex>()
  #input: Uint8Array | undefined

  constructor(choices: CheckChoices) {
    this.#choices = choices
    this.configs = new Configs(choices.config)
    this.#across = new AcrossCheck(choices.workspace)
  }

  find(names: readonly string[]): FoundFile[] {
    const { exclude, usesGitRules, isForced, isReport } = this.#choices
    const files = findFiles(names, { exclude, usesGitRules, isForced, config: this.configs })
    return files.filter(({ path }) => !isReport(path))
  }

  async open(file: FoundFile): Promise<OpenedFile | undefined> {
    const name = this.#nameOf(file)
    if (file.how === 'missing' || NOT_EDITABLE.test(name)) return undefined
    const content = await this.#read(file)
    if (!content.ok) return undefined
    return { name, path: file.path, bytes: content.bytes, check: this.#sourceCheck(file, content.bytes) }
  }

  async check(file: FoundFile, all: readonly FoundFile[]): Promise<FileReport> {
    const name = this.#nameOf(file)
    if (file.how === 'missing') {
      const help = 'check the path; a pattern needs quotes, so that the shell passes it on'
      return { name, how: 'missing', ...problemOf(name, 'missing_file', 'There is no such file or folder', help) }
    }
    if (COMMENTED_JSON.test(name))
      return unreadable(name, 'JSON with comments is not supported; write YAML or plain JSON')
    const content = await this.#read(file)
    if (!content.ok) return { name, how: 'checked', ...content.problem }
    const config = this.#configOf(file)
    const index = await this.#indexFor(config, all)
    const checked = checkSource(content.bytes, {
      ...this.#sourceCheck(file, content.bytes),
      ...(await estimateFor(content.bytes)),
      maxDiagnostics: this.#choices.maxDiagnostics,
      across: this.#across.inFile(name, index),
      acrossRules: index === undefined ? ALWAYS_ACROSS : ALL_ACROSS,
    })
    const how = isSkipped(checked.check) ? 'skipped' : 'checked'
    return { name, how, ...(config && { config }), ...checked }
  }

  /** How a file is checked by itself. */
  #sourceCheck(file: FoundFile, bytes: Uint8Array): SourceCheck {
    const config = this.#configOf(file)
    return {
      ...this.#reading(file, bytes, config),
      ...(this.#choices.name !== undefined && { name: this.#choices.name }),
      policy: this.#policyOf(file, config),
      ...(this.#choices.target && { target: this.#choices.target }),
    }
  }

  #nameOf({ name, path }: FoundFile): string {
    return path === STANDARD_INPUT ? (this.#choices.stdinFilename ?? name) : name
  }

  /** The path that says which config a file has. */
  #pathOf({ path }: FoundFile): string {
    return path === STANDARD_INPUT ? (this.#choices.stdinFilename ?? path) : path
  }

  #policyOf(file: FoundFile, config: LoadedConfig | undefined): ManifestPolicy {
    const policy = config?.policy.forFile(pathIn(config, this.#pathOf(file))) ?? NO_POLICY
    if (this.#choices.target === undefined) return policy
    // The command reads another value than the one that is checked.
    return { ...policy, severityOf: (code) => (code === 'yaml-1.1-type' ? 'error' : policy.severityOf(code)) }
  }

  #configOf(file: FoundFile): LoadedConfig | undefined {
    return this.configs.of(this.#pathOf(file))
  }

  /** How to read a file: the same for its check and for the entities in it. */
  #reading(file: FoundFile, bytes: Uint8Array, config: LoadedConfig | undefined) {
    const name = this.#nameOf(file)
    const model = this.#choices.model ?? config?.policy.settings.model
    const isOther = model !== undefined && model !== 'CreateModelEntityRequest' && model !== 'ModelEntity'
    const isIncluded = config?.policy.isIncluded(pathIn(config, this.#pathOf(file))) === true
    const format: ManifestFormat | undefined = name === STANDARD_INPUT ? guessedFormat(lenient(bytes)) : undefined
    return {
      file: name,
      skipsOthers: file.how === 'found' && !isIncluded && !isOther,
      ...(model && { model }),
      ...(format && { format }),
    }
  }

  /** The bytes of a file, decompressed. Standard input is read once. */
  async #read(file: FoundFile): Promise<Content> {
    const name = this.#nameOf(file)
    if (file.path === STANDARD_INPUT && this.#input !== undefined) return { ok: true, bytes: this.#input }
    const content = await readFile(file.path)
    if (!content.ok) return { ok: false, problem: unreadable(name, content.why) }
    const decompressed = /\.gz$/i.test(name) ? gunzipped(content.bytes, name) : content
    if (decompressed.ok && file.path === STANDARD_INPUT) this.#input = decompressed.bytes
    return decompressed
  }

  /** All entities that the references of a file may name. Undefined if nobody says that all are here. */
  async #indexFor(config: LoadedConfig | undefined, all: readonly FoundFile[]): Promise<EntityIndex | undefined> {
    const isOfConfig = config?.policy.settings.complete === true
    if (!isOfConfig && !this.#choices.complete) return undefined
    const scope = this.#choices.complete ? undefined : config
    const known = this.#indices.get(scope)
    if (known !== undefined) return known
    const index = new EntityIndex()
    this.#indices.set(scope, index)
    const checked = new Set(all.map(({ real }) => real))
    // The folder of the config has all entities, also where only some of its files are checked.
    const others = scope === undefined ? [] : this.find([scope.folder]).filter(({ real }) => !checked.has(real))
    for (const file of [...all, ...others]) await this.#addEntities(file, index, checked.has(file.real))
    return index
  }

  async #addEntities(file: FoundFile, index: EntityIndex, isChecked: boolean): Promise<void> {
    const { workspace, name } = this.#choices
    for (const { model, value } of await this.entitiesOf(file)) {
      index.add({ model, value: name === undefined ? value : { name, ...Object(value) } }, workspace, isChecked)
    }
  }

  async entitiesOf(file: FoundFile): Promise<ListedEntity[]> {
    if (file.how === 'missing') return []
    const content = await this.#read(file)
    if (!content.ok) return []
    return [...listEntities(content.bytes, this.#reading(file, content.bytes, this.#configOf(file)))]
  }
}

/** The estimate of GPUs, if a file states a minimum of them. It takes as long to load as the rest of the check. */
async function estimateFor(bytes: Uint8Array): Promise<{ readonly minimumGpus?: MinimumGpusOfSpec }> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (!STATED.some((one) => text.includes(one))) return {}
  const { minimumGpus } = await import('../../estimate/index.js')
  return { minimumGpus }
}

/** The fields, and how an escape can hide one. */
const STATED = ['minimum_gpus', '\\u005', '\\x5', '\\u006', '\\x6', '\\u007', '\\x7']

const COMMENTED_JSON = /\.json[c5]$/i
const NOT_EDITABLE = /\.(?:gz|json[c5])$/i

/** The rules across files that need nothing but the files of the check. */
const ALWAYS_ACROSS: ReadonlySet<string> = new Set(['duplicate-entity'])
const ALL_ACROSS: ReadonlySet<string> = new Set(ACROSS_RULES.map(({ code }) => code))

type Content =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly problem: CheckedSource }

function unreadable(name: string, why: string): FileReport {
  const help = 'check the file, its links and its permissions'
  return { name, how: 'checked', ...problemOf(name, 'unreadable_file', `The file cannot be read: ${why}`, help) }
}

function gunzipped(bytes: Uint8Array, name: string): Content {
  try {
    return { ok: true, bytes: gunzipSync(bytes, { maxOutputLength: MAX_MANIFEST_SIZE }) }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') {
      const message = `The file is larger than ${MAX_MANIFEST_SIZE} bytes when decompressed`
      return { ok: false, problem: problemOf(name, 'too_large', message, 'split it into several files') }
    }
    return { ok: false, problem: unreadable(name, 'it is not gzip, or it is damaged') }
  }
}

/** Enough of a text to tell its language. */
function lenient(bytes: Uint8Array): string {
  return new TextDecoder('utf-8').decode(bytes)
}
