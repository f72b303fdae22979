/**
 * Remembers the checks of files by their content. Files in which nothing is to be reported are not kept: checking them takes
 * no longer than looking them up. Rules across files are asked again each time.
 */

import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRecord } from '../../lint/schema-walk.js'
import type { CheckedEntity } from '../../manifest/checked-entity.js'
import type { ManifestCheck } from '../../manifest/index.js'
import type { SchemaName } from '../../schemas/index.js'

/** What is kept of a file. */
export interface CachedCheck {
  readonly check: ManifestCheck
  /** The entities, as far as rules across files look at them. */
  readonly entities: readonly CheckedEntity[]
}

/** The cache of a run: a file in a folder of its own. */
export class CheckCache {
  readonly #folder: string
  readonly #entries: Map<string, CachedCheck>
  #isChanged = false

  private constructor(folder: string, entries: Map<string, CachedCheck>) {
    this.#folder = folder
    this.#entries = entries
  }

  /** Opens a cache. One that cannot be read, or is of another format, is empty. */
  static open(folder: string): CheckCache {
    try {
      const kept: unknown = JSON.parse(readFileSync(join(folder, FILE), 'utf8'))
      if (!isRecord(kept) || kept['format'] !== FORMAT || !isRecord(kept['checks'])) throw new Error('another format')
      return new CheckCache(folder, new Map(Object.entries(kept['checks']) as [string, CachedCheck][]))
    } catch {
      return new CheckCache(folder, new Map())
    }
  }

  /** The key of a check: everything that its result depends on. */
  static keyOf(content: Uint8Array, circumstances: unknown): string {
    const hash = createHash('sha256').update(JSON.stringify(circumstances)).update('\0').update(content)
    return hash.digest('base64url')
  }

  get(key: string): CachedCheck | undefined {
    const found = this.#entries.get(key)
    if (found === undefined) return undefined
    // The oldest ones come first, and are dropped first.
    this.#entries.delete(key)
    this.#entries.set(key, found)
    return found
  }

  set(key: string, check: CachedCheck): void {
    this.#entries.set(key, check)
    this.#isChanged = true
  }

  /** Writes the cache, completely or not at all. Returns why it cannot be written. */
  write(): string | undefined {
    if (!this.#isChanged) return undefined
    const checks = Object.fromEntries([...this.#entries].slice(-MOST_ENTRIES))
    const draft = join(this.#folder, `${FILE}.${process.pid}`)
    try {
      mkdirSync(this.#folder, { recursive: true })
      writeFileSync(join(this.#folder, '.gitignore'), '*\n')
      writeFileSync(draft, JSON.stringify({ format: FORMAT, checks }))
      renameSync(draft, join(this.#folder, FILE))
      return undefined
    } catch (error) {
      removed(draft)
      return error instanceof Error ? error.message : String(error)
    }
  }
}

function removed(draft: string): void {
  try {
    rmSync(draft, { force: true })
  } catch {
    // It was never there.
  }
}

/** Its name has none of the extensions that a folder is searched for. */
const FILE = 'check.cache'
const FORMAT = 1
const MOST_ENTRIES = 10_000

/** An entity, as far as rules across files look at it. All of it can be written as JSON. */
export function acrossPart({ model, value, isValid }: CheckedEntity): CheckedEntity & { readonly model: SchemaName } {
  if (!isRecord(value)) return { model, value: null, isValid }
  const texts = Object.entries(value).filter(([key, field]) => TEXTS.has(key) && typeof field === 'string')
  const { model_providers: providers, adapters } = value
  return {
    ...{ model, isValid },
    value: {
      ...Object.fromEntries(texts),
      ...(Array.isArray(providers) && { model_providers: providers.map(textOrNull) }),
      ...(Array.isArray(adapters) && {
        adapters: adapters.map((adapter) => (isRecord(adapter) ? { model: textOrNull(adapter['model']) } : null)),
      }),
    },
  }
}

const TEXTS: ReadonlySet<string> = new Set(['name', 'workspace', 'base_model'])

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
