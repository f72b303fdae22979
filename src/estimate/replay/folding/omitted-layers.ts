import { change, emptyParts, type PartBytes } from '../memory-ledger.js'
import type { Tape } from '../tape.js'

/** Repetitions that are not replayed. */
export interface Gap {
  /** The steps of one repetition. */
  readonly period: number
  /** The repetitions that are left out. */
  readonly count: number
}

/**
 * Counts the experts that are not replayed (see `foldExperts`), and the iterations of loops. In the forward pass, each
 * repetition adds what the one before the gap added. In the backward pass, each adds what the one after the gap added.
 */
export class OmittedLayers {
  readonly #tape: Tape
  readonly #gaps: ReadonlyMap<string, Gap>
  /** What was live when each layer began, the last one first. */
  readonly #begun: Readonly<PartBytes>[] = []
  readonly #attributesBegun: number[] = []
  /** What was live when backward reached the end of the repetition after a gap. */
  #reached: Readonly<PartBytes> = emptyParts()
  /** The layers until the end of the repetition after a gap. */
  #untilEnd = 0

  constructor(tape: Tape, gaps: ReadonlyMap<string, Gap>) {
    this.#tape = tape
    this.#gaps = gaps
  }

  /** Called when a layer begins. */
  before(): void {
    if (this.#gaps.size === 0) return
    this.#begun.unshift({ ...this.#tape.ledger.now })
    this.#attributesBegun.unshift(this.#tape.saved.attributes.bytesSince(0))
  }

  /** Called when a layer ends. */
  behind(layer: string): void {
    const { ledger, saved } = this.#tape
    const gap = this.#gaps.get(layer)
    if (gap) {
      this.#untilEnd = gap.period
      ledger.shift(change(this.#begun[gap.period - 1] ?? emptyParts(), ledger.now), gap.count)
      const { attributes } = saved
      attributes.omit((attributes.bytesSince(0) - (this.#attributesBegun[gap.period - 1] ?? 0)) * gap.count)
      this.#tape.mark(() => ledger.shift(change(this.#reached, ledger.now), gap.count))
      return
    }
    if (this.#untilEnd === 0) return
    this.#untilEnd -= 1
    if (this.#untilEnd > 0) return
    this.#tape.mark(() => {
      this.#reached = { ...ledger.now }
    })
  }
}
