/** Finds the config of each file: the nearest one upward. */

import { readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { type Policy, policyOf, type ReadConfig, readConfig } from '../../policy/index.js'
import { UsageError } from '../exit-code.js'
import { slashed } from './slashed.js'

/** The names that a config may have. */
const NAMES = ['model-entity.config.yaml', 'model-entity.config.yml', 'model-entity.config.json'] as const

/** Whether a file is a config by its name. */
export function isConfigFile(name: string): boolean {
  return NAMES.some((one) => one === basename(name))
}

/** A config that was read. */
export interface LoadedConfig {
  /** The name of its file, for diagnostics. */
  readonly name: string
  readonly folder: string
  readonly policy: Policy
  readonly read: ReadConfig
}

/** Which config counts: the nearest, one for all files, or none. */
export type ConfigChoice = { readonly file?: string; readonly isOff?: boolean }

/** The configs of a run. Each is read once. */
export class Configs {
  readonly #byFolder = new Map<string, LoadedConfig | undefined>()
  readonly #byFile = new Map<string, LoadedConfig>()
  readonly #choice: ConfigChoice
  readonly #chosen: LoadedConfig | undefined

  /** @throws UsageError if the chosen config does not exist */
  constructor(choice: ConfigChoice) {
    this.#choice = choice
    if (choice.file === undefined) return
    if (!isFile(choice.file)) throw new UsageError(`no such config: ${choice.file}`)
    this.#chosen = this.load(choice.file)
  }

  /** The config of a file. */
  of(path: string): LoadedConfig | undefined {
    if (this.#choice.isOff === true) return undefined
    return this.#chosen ?? this.#in(dirname(resolve(path)))
  }

  /** Reads a config, so that its mistakes are reported. */
  load(file: string): LoadedConfig {
    const path = resolve(file)
    const known = this.#byFile.get(path)
    if (known !== undefined) return known
    const name = slashed(relative(process.cwd(), path)) || basename(path)
    const read = readConfig(contentOf(path), name)
    const loaded = { name, folder: dirname(path), policy: policyOf(read.settings), read }
    this.#byFile.set(path, loaded)
    return loaded
  }

  /** All configs that were read, in the order in which they were met. */
  get loaded(): Iterable<LoadedConfig> {
    return this.#byFile.values()
  }

  isExcluded(path: string): boolean {
    const config = this.of(path)
    return config?.policy.isExcluded(pathIn(config, path)) ?? false
  }

  isIncluded(path: string): boolean {
    const config = this.of(path)
    return config?.policy.isIncluded(pathIn(config, path)) ?? false
  }

  #in(folder: string): LoadedConfig | undefined {
    if (this.#byFolder.has(folder)) return this.#byFolder.get(folder)
    const name = NAMES.find((one) => isFile(join(folder, one)))
    const above = dirname(folder)
    const found = name !== undefined ? this.load(join(folder, name)) : above === folder ? undefined : this.#in(above)
    this.#byFolder.set(folder, found)
    return found
  }
}

/** The path of a file as the globs of its config see it. */
export function pathIn({ folder }: LoadedConfig, path: string): string {
  return slashed(relative(folder, resolve(path)))
}

function contentOf(path: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new UsageError(`the config ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}
