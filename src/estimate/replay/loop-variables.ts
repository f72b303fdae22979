import type { Tape, Tensor } from './tape.js'

/** The names that code gives to tensors in a loop: one that is given anew lets go what it stood for. */
export class LoopVariables {
  readonly #tape: Tape
  readonly #tensors = new Map<string, Tensor>()

  constructor(tape: Tape) {
    this.#tape = tape
  }

  /** Gives a name to a tensor, which is freed with it. */
  bind(name: string, tensor: Tensor): Tensor {
    const old = this.#tensors.get(name)
    if (old) this.#tape.free(old)
    this.#tensors.set(name, tensor)
    return tensor
  }

  /** All names go, as when a function returns. */
  free(): void {
    this.#tape.free(...this.#tensors.values())
    this.#tensors.clear()
  }
}
