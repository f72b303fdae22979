import type { ErrorDetail } from '../validation/index.js'

/** Limits for the input of one error: the number of values, and the length of a text. */
const MAX_VALUES = 1000
const MAX_TEXT = 1000

/**
 * Shortens the long inputs of errors: an object of a megabyte that lacks ten fields is the input of ten errors. A
 * shortened list or object ends with the number of values left out.
 */
export function shortInputs(errors: readonly ErrorDetail[]): { detail: ErrorDetail[]; isCut: boolean } {
  let isCut = false
  const detail = errors.map((error) => {
    const short = new Shortener()
    const input = short.cut(error.input)
    const loc = error.loc.map((step) => (typeof step === 'string' ? short.text(step) : step))
    isCut ||= short.isCut
    return short.isCut ? { ...error, loc, input } : error
  })
  return { detail, isCut }
}

class Shortener {
  isCut = false
  #left = MAX_VALUES

  /** Values are at most 1,000 levels deep, so recursion is safe. */
  cut(value: unknown): unknown {
    this.#left -= 1
    if (typeof value === 'string') return this.text(value)
    if (typeof value !== 'object' || value === null) return value
    return Array.isArray(value) ? this.#list(value) : this.#object(value)
  }

  text(text: string): string {
    if (text.length <= MAX_TEXT) return text
    this.isCut = true
    return `${text.slice(0, MAX_TEXT).replace(/[\ud800-\udbff]$/, '')}…`
  }

  #list(items: readonly unknown[]): unknown[] {
    const shown: unknown[] = []
    for (const item of items) {
      if (this.#left <= 0) return [...shown, this.#rest(items.length - shown.length)]
      shown.push(this.cut(item))
    }
    return shown
  }

  #object(fields: object): object {
    const keys = Object.keys(fields)
    const shown: [string, unknown][] = []
    for (const key of keys) {
      if (this.#left <= 0) {
        shown.push(['…', this.#rest(keys.length - shown.length)])
        break
      }
      shown.push([this.text(key), this.cut(Reflect.get(fields, key))])
    }
    // Unlike an assignment, this makes `__proto__` an ordinary field.
    return Object.fromEntries(shown)
  }

  #rest(count: number): string {
    this.isCut = true
    return `… ${count} more`
  }
}
