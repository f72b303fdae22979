import { nearest, quoted } from '../../options/index.js'
import { UsageError } from '../exit-code.js'

/** A place in a file. Lines and columns count from 1. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** What a mapping of a job file holds, and where. */
export interface JobSource {
  readonly file: string
  readonly values: Readonly<Record<string, unknown>>
  readonly placeOf: (path: readonly string[]) => Place
  /** Reads a JSON file that the job names; `undefined` if it is not there. */
  readonly beside?: (name: string) => Readonly<Record<string, unknown>> | undefined
}

/**
 * The keys of a job file, or of a mapping in it. Remembers which were asked for, so that no key is ignored silently. A value of the
 * wrong type is an error with its line and column.
 */
export class JobKeys {
  readonly warnings: string[] = []
  private readonly asked = new Set<string>()

  private readonly source: JobSource
  private readonly path: readonly string[]
  private readonly root: Readonly<Record<string, unknown>>

  constructor(source: JobSource, path: readonly string[] = [], root = source.values) {
    this.source = source
    this.path = path
    this.root = root
  }

  /** Whether a key is there with a value. */
  has(key: string): boolean {
    return this.value(key) !== undefined
  }

  text(key: string): string | undefined {
    const value = this.value(key)
    if (value === undefined) return undefined
    if (typeof value === 'string') return this.resolved(key, value)
    throw this.wrong(key, 'a text', value)
  }

  flag(key: string): boolean | undefined {
    const value = this.value(key)
    if (value === undefined || typeof value === 'boolean') return value
    if (value === 'true' || value === 'false') return value === 'true'
    throw this.wrong(key, 'true or false', value)
  }

  /** An integer of at least 1. */
  count(key: string): number | undefined {
    const value = this.value(key)
    const read = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value
    if (read === undefined) return undefined
    if (typeof read === 'number' && Number.isInteger(read) && read >= 1 && read <= MOST) return read
    throw this.wrong(key, `an integer from 1 to ${MOST}`, value)
  }

  /** A share from 0 to 1. */
  share(key: string): number | undefined {
    const value = this.value(key)
    if (value === undefined) return undefined
    if (typeof value === 'number' && value >= 0 && value <= 1) return value
    throw this.wrong(key, 'a number from 0 to 1', value)
  }

  /** Any number. */
  number(key: string): number | undefined {
    const value = this.value(key)
    if (value === undefined || typeof value === 'number') return value
    throw this.wrong(key, 'a number', value)
  }

  /** A list of texts, or one text with commas. */
  texts(key: string): readonly string[] | undefined {
    const value = this.value(key)
    if (value === undefined) return undefined
    if (typeof value === 'string') return value.split(',').map((one) => one.trim())
    if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value
    throw this.wrong(key, 'a list of names', value)
  }

  /** A list of integers from 0, or one of them. */
  counts(key: string): readonly number[] | undefined {
    const value = this.value(key)
    if (value === undefined) return undefined
    const list: readonly unknown[] = Array.isArray(value) ? value : [value]
    const isCount = (one: unknown): one is number =>
      typeof one === 'number' && Number.isInteger(one) && one >= 0 && one <= MOST
    if (list.every(isCount)) return list
    throw this.wrong(key, `integers from 0 to ${MOST}`, value)
  }

  /** A mapping from names to integers of at least 1. */
  countsByName(key: string): Readonly<Record<string, number>> | undefined {
    const inner = this.section(key)
    const names = inner && Object.keys(inner.source.values)
    return names && Object.fromEntries(names.map((name) => [name, inner.count(name) ?? 1]))
  }

  /** A flag or a word. */
  flagOrText(key: string): boolean | string | undefined {
    const value = this.value(key)
    if (value === undefined || typeof value === 'boolean' || typeof value === 'string') return value
    throw this.wrong(key, 'true, false or a word', value)
  }

  /** A mapping below this one, of which nobody needs to know every key. */
  glance(key: string): JobKeys | undefined {
    return this.mapping(key)
  }

  /** A mapping below this one. Its warnings are those of this one. */
  section(key: string): JobKeys | undefined {
    const inner = this.mapping(key)
    if (inner) this.inner.push(inner)
    return inner
  }

  private mapping(key: string): JobKeys | undefined {
    const value = this.value(key)
    if (value === undefined) return undefined
    if (!isMapping(value)) throw this.wrong(key, 'a mapping', value)
    return new JobKeys({ ...this.source, values: value }, [...this.path, key], this.root)
  }

  private readonly inner: JobKeys[] = []

  /** A JSON file that the job names, if it is there. Its keys are not warned about. */
  beside(name: string): JobKeys | undefined {
    const values = this.source.beside?.(name)
    return values && new JobKeys({ file: name, values, placeOf: () => ({ line: 1, column: 1 }) })
  }

  /** The value of a key as it is, for keys that may have several types. */
  any(key: string): unknown {
    return this.value(key)
  }

  /** Warns about a key: what it says is not counted. */
  warn(key: string, message: string): void {
    this.warnings.push(`${this.whereIs(key)}: \`${[...this.path, key].join('.')}\`: ${message}`)
  }

  /** An error about a key. */
  refuse(key: string, message: string): UsageError {
    return new UsageError(`${this.whereIs(key)}: ${[...this.path, key].join('.')}: ${message}`)
  }

  /** Warns about every key that was not asked for and that has an effect, or may have one. Returns all warnings. */
  finish(noEffect: readonly string[], isMeaningless: (key: string) => boolean): readonly string[] {
    for (const key of Object.keys(this.source.values)) {
      const value = this.source.values[key]
      if (this.asked.has(key) || value === null || value === undefined || isMeaningless(key)) continue
      const near = nearest(key, [...this.asked, ...noEffect.filter((one) => !one.includes('*'))])
      this.warn(key, `not known, and not counted${near === undefined ? '' : `; did you mean \`${near}\`?`}`)
    }
    return [...this.warnings, ...this.inner.flatMap((inner) => inner.finish([], isMeaningless))]
  }

  private value(key: string): unknown {
    this.asked.add(key)
    if (!Object.hasOwn(this.source.values, key)) return undefined
    return this.source.values[key] ?? undefined
  }

  /** The text with what it takes from elsewhere in the file: `${output_dir}/logs`, as OmegaConf does. */
  private resolved(key: string, text: string): string {
    return text.replaceAll(/\$\{([\w.]{1,100})\}/g, (found, path: string) => {
      let at: unknown = this.root
      for (const name of path.split('.')) at = isMapping(at) && Object.hasOwn(at, name) ? at[name] : undefined
      if (typeof at === 'string' && !at.includes('${')) return at
      if (typeof at === 'number' || typeof at === 'boolean') return String(at)
      throw this.refuse(key, `${found} stands for nothing in this file`)
    })
  }

  private whereIs(key: string): string {
    const { line, column } = this.source.placeOf([...this.path, key])
    return `${this.source.file}:${line}:${column}`
  }

  private wrong(key: string, expected: string, value: unknown): UsageError {
    const shown = Array.isArray(value) ? 'a list' : isMapping(value) ? 'a mapping' : quoted(value)
    return this.refuse(key, `expected ${expected}, not ${shown}`)
  }
}

/** More than any run has. */
const MOST = 1_000_000_000

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
