import type { Tape, Tensor } from '../tape.js'

/** The variables of a function. A variable that gets another value frees the one it had, as Python does. */
export class Scope {
  /** The module that names in the steps begin at. */
  readonly module: string
  readonly #tape: Tape
  readonly #variables = new Map<string, Tensor>()
  readonly #lists = new Map<string, readonly Tensor[]>()

  constructor(tape: Tape, module: string) {
    this.#tape = tape
    this.module = module
  }

  /** The full name of a module. */
  named(module: string): string {
    return this.module === '' || module === '' ? this.module + module : `${this.module}.${module}`
  }

  /** A new reference to a variable. */
  get(name: string): Tensor {
    const found = this.#variables.get(name)
    if (!found) throw new Error(`the program uses ${name} before it has a value`)
    return this.#tape.alias(found)
  }

  dtypeOf(name: string): Tensor['dtype'] {
    const found = this.#variables.get(name)
    if (!found) throw new Error(`the program uses ${name} before it has a value`)
    return found.dtype
  }

  /** Gives a variable a value, which it owns. */
  set(name: string, value: Tensor): void {
    const old = this.#variables.get(name)
    this.#variables.set(name, value)
    if (old) this.#tape.free(old)
  }

  /** Takes the value of a variable, which no longer exists. */
  take(name: string): Tensor {
    const value = this.get(name)
    this.drop(name)
    return value
  }

  setList(name: string, values: readonly Tensor[]): void {
    this.#lists.set(name, values)
  }

  /** Takes the tensors of a list, which no longer exists. */
  takeList(name: string): readonly Tensor[] {
    const values = this.#lists.get(name)
    if (!values) throw new Error(`the program uses the list ${name} before it has one`)
    this.#lists.delete(name)
    return values
  }

  drop(name: string): void {
    const old = this.#variables.get(name)
    this.#variables.delete(name)
    if (old) this.#tape.free(old)
  }

  /** Frees all variables, as when a function returns. */
  end(): void {
    this.#tape.free(...this.#variables.values(), ...[...this.#lists.values()].flat())
    this.#variables.clear()
    this.#lists.clear()
  }
}
