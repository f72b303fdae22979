/** How each file of a run is checked: by its name, the flags and its config. */

import type { ManifestFormat } from '../../manifest/manifest-format.js'
import { type ManifestPolicy, NO_POLICY } from '../../manifest/policy.js'
import type { SourceCheck } from '../../manifest/source-check.js'
import { STANDARD_INPUT } from '../read-file.js'
import type { CheckChoices } from './check-choices.js'
import { Configs, type LoadedConfig, pathIn } from './config-files.js'
import type { FoundFile } from './find-files.js'
import { readingFor } from './reading-for.js'

/** The flags of a run, and the configs that were met. */
export class FileSetup {
  readonly configs: Configs
  readonly #choices: CheckChoices
  readonly #withoutConfig = new Map<FoundFile['how'], SourceCheck>()

  constructor(choices: CheckChoices) {
    this.#choices = choices
    this.configs = new Configs(choices.config)
  }

  nameOf({ name, path }: FoundFile): string {
    return path === STANDARD_INPUT ? (this.#choices.stdinFilename ?? name) : name
  }

  configOf(file: FoundFile): LoadedConfig | undefined {
    return this.configs.of(this.#pathOf(file))
  }

  /** {@link sourceCheck} without the name of the file. Files without a config are all checked alike. */
  quickCheck(file: FoundFile): SourceCheck {
    if (this.configOf(file) !== undefined) return this.sourceCheck(file)
    const made = this.#withoutConfig.get(file.how) ?? this.sourceCheck(file)
    this.#withoutConfig.set(file.how, made)
    return made
  }

  /** How a file is checked by itself. */
  sourceCheck(file: FoundFile, format?: ManifestFormat): SourceCheck & { readonly file: string } {
    const config = this.configOf(file)
    return {
      ...this.reading(file, format),
      ...(this.#choices.name !== undefined && { name: this.#choices.name }),
      policy: this.#policyOf(file, config),
      ...(this.#choices.target && { target: this.#choices.target }),
    }
  }

  /** How to read a file: the same for its check and for the entities in it. */
  reading(file: FoundFile, format?: ManifestFormat) {
    const found = { name: this.nameOf(file), path: this.#pathOf(file), isFound: file.how === 'found' }
    return { ...readingFor(found, this.configOf(file), this.#choices.model), ...(format && { format }) }
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
}
