import type { Tape } from '../tape.js'
import type { Shaped } from './shaped.js'

/**
 * The local variables of one function of a model's code. A named array lives until its name is bound to another or the function
 * returns; an array without a name only until an operation has used it.
 */
export class Names {
  readonly #tape: Tape
  readonly #bound = new Map<string, Shaped>()

  constructor(tape: Tape) {
    this.#tape = tape
  }

  /** Binds a name, after the right side is computed: what it was bound to is freed. */
  let(name: string, value: Shaped): Shaped {
    if (value.isNamed) this.#tape.alias(value)
    const named = value.isNamed ? value : { ...value, isNamed: true }
    this.delete(name)
    this.#bound.set(name, named)
    return named
  }

  /** What a name is bound to. */
  get(name: string): Shaped {
    const found = this.#bound.get(name)
    if (found) return found
    throw new Error(`${name} is not bound`)
  }

  has(name: string): boolean {
    return this.#bound.has(name)
  }

  /** Frees one name. */
  delete(name: string): void {
    const old = this.#bound.get(name)
    this.#bound.delete(name)
    if (old) this.#tape.free(old)
  }

  /** Frees all names, as when a function returns. */
  free(): void {
    this.#tape.free(...this.#bound.values())
    this.#bound.clear()
  }

  /** The result of the function, whose names are freed. */
  returned(result: Shaped): Shaped {
    if (result.isNamed) this.#tape.alias(result)
    this.free()
    return { ...result, isNamed: false }
  }
}
