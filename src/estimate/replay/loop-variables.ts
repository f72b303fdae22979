import type { Tape, Tensor } from './tape.js'

/** The variables of a loop in the model's code. Rebinding a variable frees its previous tensor. */
export class LoopVariables {
  readonly #tape: Tape
  readonly #tensors = new Map<string, Tensor>()

  constructor(tape: Tape) {
    this.#tape = tape
  }

  /** Binds a tensor to a variable, which owns it. */
  bind(name: string, tensor: Tensor): Tensor {
    const old = this.#tensors.get(name)
    if (old) this.#tape.free(old)
    this.#tensors.set(name, tensor)
    return tensor
  }

  /** Frees all variables, as when a function returns. */
  free(): void {
    this.#tape.free(...this.#tensors.values())
    this.#tensors.clear()
  }
}
