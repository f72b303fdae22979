/** Checks one file of a run in full. */

import type { CheckedSource } from '../../manifest/check-source.js'
import type { CheckAcross } from '../../manifest/checked-entity.js'
import { isSkipped } from '../../manifest/diagnostic.js'
import type { ListedEntity } from '../../manifest/list-entities.js'
import type { ManifestFormat } from '../../manifest/manifest-format.js'
import type { SourceCheck } from '../../manifest/source-check.js'
import type { AcrossCheck } from '../../policy/across/check-across.js'
import { reasonOf, STANDARD_INPUT } from '../read-file.js'
import type { CachedChecks } from './cached-checks.js'
import type { CheckChoices } from './check-choices.js'
import { type LoadedConfig, pathIn } from './config-files.js'
import { type Content, FileContents, type LargeContent, unreadable } from './file-contents.js'
import type { FileSetup } from './file-setup.js'
import type { FoundFile } from './find-files.js'

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

/** The rules across files for one file. */
export interface AcrossRules {
  readonly across: CheckAcross
  /** Whether references are checked. */
  readonly isComplete: boolean
  /** Whether no file follows. */
  readonly isLast: boolean
}

/** Reads files and checks them in full. */
export class FileCheck {
  readonly contents: FileContents
  readonly #choices: CheckChoices
  readonly #setup: FileSetup
  readonly #known: AcrossCheck
  readonly #cache: CachedChecks | undefined

  /** @param known - the entities that rules across files have seen */
  constructor(choices: CheckChoices, setup: FileSetup, known: AcrossCheck, cache: CachedChecks | undefined) {
    // What another command refuses depends on the whole file.
    this.contents = new FileContents(choices.target === undefined)
    this.#choices = choices
    this.#setup = setup
    this.#known = known
    this.#cache = cache
  }

  /** The check of a file. */
  async report(file: FoundFile, config: LoadedConfig | undefined, rules: AcrossRules): Promise<FileReport> {
    const name = this.#setup.nameOf(file)
    if (COMMENTED_JSON.test(name)) {
      const why = 'JSON with comments is not supported; write YAML or plain JSON'
      return { name, how: 'checked', ...unreadable(name, why) }
    }
    const content = await this.contents.of(file, name)
    if (!content.ok) return { name, how: 'checked', ...content.problem }
    return reportOf(name, config, await this.#checked(file, content, config, rules))
  }

  /** Opens a file, to fix it. */
  async open(file: FoundFile): Promise<OpenedFile | undefined> {
    const name = this.#setup.nameOf(file)
    if (file.how === 'missing' || NOT_EDITABLE.test(name)) return undefined
    const content = await this.contents.of(file, name)
    if (!content.ok || 'pieces' in content) return undefined
    return { name, path: file.path, bytes: content.bytes, check: await this.#sourceCheck(file, content.bytes) }
  }

  /** The entities of a file, without checking them. */
  async *entitiesOf(file: FoundFile): AsyncGenerator<ListedEntity> {
    if (file.how === 'missing') return
    const name = this.#setup.nameOf(file)
    const content = await this.contents.of(file, name)
    if (!content.ok) return
    const { listEntities, listEntitiesInLines } = await import('./full-check.js')
    if ('pieces' in content) yield* listEntitiesInLines(content.pieces, this.#setup.reading(file))
    else yield* listEntities(content.bytes, this.#setup.reading(file, await formatFor(name, content.bytes)))
  }

  async #checked(
    file: FoundFile,
    content: LargeContent | Extract<Content, { readonly ok: true }>,
    config: LoadedConfig | undefined,
    rules: AcrossRules,
  ): Promise<CheckedSource> {
    if ('pieces' in content) return await this.#largeLines(file, content, rules)
    const { maxDiagnostics } = this.#choices
    const { fullCheck, readable } = await import('./full-check.js')
    const check = { ...(await this.#sourceCheck(file, content.bytes)), maxDiagnostics }
    const full = async (across: CheckAcross, manifest: string | Uint8Array) =>
      await fullCheck(manifest, { ...check, across }, rules.isComplete)
    if (this.#cache === undefined) return await full(rules.across, readable(content.bytes))
    const key = await keyOf(content.bytes, check, config, file, rules.isComplete)
    const again = async (across: CheckAcross) => await full(across, content.bytes)
    return await this.#cache.checked(key, content.bytes, rules.across, again)
  }

  /** The check of large JSON Lines, which are not read as a whole. */
  async #largeLines(file: FoundFile, { pieces }: LargeContent, rules: AcrossRules): Promise<CheckedSource> {
    const { checkLargeLines } = await import('./large/large-lines.js')
    const { maxDiagnostics } = this.#choices
    const check = { ...this.#setup.sourceCheck(file, 'jsonl'), maxDiagnostics, across: rules.across }
    try {
      return await checkLargeLines(pieces, check, { ...rules, known: this.#known })
    } catch (error) {
      if (!(error instanceof Error && 'syscall' in error)) throw error
      return unreadable(check.file, reasonOf(error))
    }
  }

  async #sourceCheck(file: FoundFile, bytes: Uint8Array): Promise<SourceCheck> {
    return this.#setup.sourceCheck(file, await formatFor(this.#setup.nameOf(file), bytes))
  }
}

const COMMENTED_JSON = /\.json[c5]$/i
const NOT_EDITABLE = /\.(?:gz|json[c5])$/i

/** The language of standard input without a name. */
async function formatFor(name: string, bytes: Uint8Array): Promise<ManifestFormat | undefined> {
  return name === STANDARD_INPUT ? (await import('./full-check.js')).formatOfContent(bytes) : undefined
}

/** A check as a report. */
export function reportOf(name: string, config: LoadedConfig | undefined, checked: CheckedSource): FileReport {
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
