import { change, emptyParts, type PartBytes } from './memory-ledger.js'
import type { Tape, Tensor } from './tape.js'

/**
 * Books the layers that are not replayed: in the forward pass what the layer before them has left, in the backward pass what
 * the layer behind them has, as often as there are some (see `foldLayers`).
 */
export class OmittedLayers {
  readonly #tape: Tape
  readonly #omitted: ReadonlyMap<string, number>
  #before: Readonly<PartBytes> = emptyParts()
  /** What was live when backward reached the end of the layer behind a gap. */
  #reached: Readonly<PartBytes> = emptyParts()
  #isBehindGap = false

  constructor(tape: Tape, omitted: ReadonlyMap<string, number>) {
    this.#tape = tape
    this.#omitted = omitted
  }

  /** A layer begins. */
  before(): void {
    this.#before = { ...this.#tape.ledger.now }
  }

  /** A layer has ended: what it returned is freed, and returned under a name that backward passes. */
  behind(layer: string, hidden: Tensor): Tensor {
    const { ledger } = this.#tape
    const count = this.#omitted.get(layer) ?? 0
    const wasBehindGap = this.#isBehindGap
    this.#isBehindGap = count > 0
    if (count > 0) {
      ledger.shift(change(this.#before, ledger.now), count)
      return this.#passed(hidden, () => ledger.shift(change(this.#reached, ledger.now), count))
    }
    if (!wasBehindGap) return hidden
    return this.#passed(hidden, () => {
      this.#reached = { ...ledger.now }
    })
  }

  #passed(hidden: Tensor, passing: () => void): Tensor {
    const tape = this.#tape
    const output = tape.marker(hidden, passing)
    tape.free(hidden)
    return output
  }
}
