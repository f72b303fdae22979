/** Finds the config of each file: the nearest one upward. */

import { readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import type { Policy, ReadConfig } from '../../policy/index.js'
import { UsageError } from '../exit-code.js'
import { Late } from '../late.js'
import { slashed } from './slashed.js'

/** The names that a config may have. */
const NAMES = ['model-entity.config.yaml', 'model-entity.config.yml', 'model-entity.config.json'] as const

/** Whether a file is a config by its name. */
export function isConfigFile(name: string): boolean {
  if (!name.includes(STEM)) return false
  const base = basename(name)
  return NAMES.some((one) => one === base)
}

const STEM = 'model-entity.config.'

/** A config that was read. */
export interface LoadedConfig {
  /** The name of its file, for diagnostics. */
  readonly name: string
  readonly path: string
  readonly folder: string
  readonly policy: Policy
  readonly read: ReadConfig
}

/** Which config counts: the nearest, one for all files, or none. */
export type ConfigChoice = { readonly file?: string; readonly isOff?: boolean }

/** What reads configs. Most runs have none. */
const POLICY = new Late(async () => await import('../../policy/index.js'))

/** Loads the code that reads configs, for a run that has no end. */
export async function loadConfigCode(): Promise<void> {
  await POLICY.load()
}

/** The configs of a run. Each is read once. Works inside of `withLateCode`. */
export class Configs {
  /** By the name of a folder as it is given. The working directory does not change. */
  readonly #byFolderName = new Map<string, LoadedConfig | undefined>()
  readonly #byFolder = new Map<string, LoadedConfig | undefined>()
  readonly #byFile = new Map<string, LoadedConfig>()
  readonly #choice: ConfigChoice
  readonly #chosen: LoadedConfig | undefined
  readonly #contentOf: (path: string) => string | Uint8Array

  /**
   * @param contentOf - reads a config; the language server reads those that are open from the editor
   * @throws UsageError if the chosen config does not exist
   */
  constructor(choice: ConfigChoice, contentOf: (path: string) => string | Uint8Array = bytesOf) {
    this.#choice = choice
    this.#contentOf = contentOf
    if (choice.file === undefined) return
    if (!isFile(choice.file)) throw new UsageError(`no such config: ${choice.file}`)
    this.#chosen = this.load(choice.file)
  }

  /** The config of a file. */
  of(path: string): LoadedConfig | undefined {
    if (this.#choice.isOff === true) return undefined
    return this.#chosen ?? this.#byName(path)
  }

  /** Reads a config, so that its mistakes are reported. */
  load(file: string): LoadedConfig {
    const path = resolve(file)
    const known = this.#byFile.get(path)
    if (known !== undefined) return known
    const { policyOf, readConfig } = POLICY.code
    const name = slashed(relative(process.cwd(), path)) || basename(path)
    const read = readConfig(this.#contentOf(path), name)
    const loaded = { name, path, folder: dirname(path), policy: policyOf(read.settings), read }
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

  /** Resolving the path of every file takes longer than everything else here. */
  #byName(path: string): LoadedConfig | undefined {
    const folder = dirname(path)
    if (this.#byFolderName.has(folder)) return this.#byFolderName.get(folder)
    const found = this.#in(resolve(folder))
    this.#byFolderName.set(folder, found)
    return found
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

/**
 * The bytes of a config.
 *
 * @throws UsageError if it cannot be read
 */
export function bytesOf(path: string): Uint8Array {
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
