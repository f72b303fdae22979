import { change, emptyParts, type PartBytes } from './memory-ledger.js'
import type { Tape, Tensor } from './tape.js'

/**
 * Counts the layers that are not replayed (see `foldLayers`). In the forward pass, each adds what the layer before the gap added.
 * In the backward pass, each adds what the layer after the gap added.
 */
export class OmittedLayers {
  readonly #tape: Tape
  readonly #omitted: ReadonlyMap<string, number>
  #before: Readonly<PartBytes> = emptyParts()
  /** What was live when backward reached the end of the layer after a gap. */
  #reached: Readonly<PartBytes> = emptyParts()
  #isBehindGap = false

  constructor(tape: Tape, omitted: ReadonlyMap<string, number>) {
    this.#tape = tape
    this.#omitted = omitted
  }

  /** Called when a layer begins. */
  before(): void {
    this.#before = { ...this.#tape.ledger.now }
  }

  /** Called when a layer ends. Frees its output, and returns a reference to it that backward passes through. */
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
