import type { DecoderPass } from '../decoder-pass.js'
import type { Tensor } from '../tape.js'

/**
 * Caches of layers that the code joins behind each layer, in a copy of all that there are (`GLMTransformer.forward` of GLM-4-9B). The code
 * names that of the last layer too.
 */
export class JoinedCaches {
  readonly #pass: DecoderPass
  #last: Tensor | undefined

  constructor(pass: DecoderPass) {
    this.#pass = pass
  }

  /** Called behind each layer, whose own cache is kept. */
  join(layer: number): void {
    this.free()
    if (layer === 0) return
    const { layers, options, sizes } = this.#pass
    const { tape } = layers.ops
    const elements = 2 * options.batch * options.sequence * sizes.kvHeads * sizes.headDim
    tape.free(tape.tensor(elements * (layer + 1), options.computeDtype, 'cat'))
    this.#last = tape.tensor(elements, options.computeDtype, 'cat')
    tape.ledger.rebook(this.#last.storage, 'kvCache')
  }

  free(): void {
    if (this.#last) this.#pass.layers.ops.tape.free(this.#last)
    this.#last = undefined
  }
}
