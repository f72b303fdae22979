import type { Attributes } from '../attributes.js'
import type { OpenStretch, Stretch } from '../memory-ledger.js'
import type { Tape } from '../tape.js'

/** Behind a layer: the layers that are left out there, each by the name of the one that it is like. */
export type LeftOut = ReadonlyMap<string, readonly string[]>

/**
 * Counts layers that are not replayed (see `foldLayers`): each does what the one that it is like does, in the forward pass and in the backward
 * pass. Backward comes to a layer that is left out before it comes to the one that it is like, which stands before it.
 */
export class RepeatedLayers {
  readonly #tape: Tape
  readonly #leftOut: LeftOut
  readonly #models: ReadonlySet<string>
  /** The age of the newest storage that was there before the first layer. */
  readonly #oldest: number
  readonly #forward = new Map<string, Stretch>()
  /** What the graph holds of each layer until it is freed. */
  readonly #held = new Map<string, readonly number[]>()
  readonly #backward = new Map<string, Stretch>()
  #open: OpenStretch | undefined
  #heldBefore: readonly number[] = []

  constructor(tape: Tape, leftOut: LeftOut) {
    this.#tape = tape
    this.#leftOut = leftOut
    this.#models = new Set([...leftOut.values()].flat())
    this.#oldest = tape.ledger.made
  }

  /** Called when a layer begins. */
  before(layer: string): void {
    if (!this.#models.has(layer)) return
    const { ledger } = this.#tape
    this.#tape.mark(() => {
      if (this.#open) this.#backward.set(layer, ledger.end(this.#open))
    })
    this.#heldBefore = this.#untilEnd.map((one) => one.bytesSince(this.#oldest))
    this.#open = ledger.begin()
  }

  /** Called when a layer ends. */
  behind(layer: string): void {
    const { ledger } = this.#tape
    if (this.#open && this.#models.has(layer)) {
      this.#forward.set(layer, ledger.end(this.#open))
      const before = this.#heldBefore
      this.#held.set(
        layer,
        this.#untilEnd.map((one, index) => one.bytesSince(this.#oldest) - (before[index] ?? 0)),
      )
      this.#tape.mark(() => {
        // What layers share is freed with the first of them, which stands for others that do not free it.
        this.#open = ledger.begin(this.#oldest)
      })
    }
    for (const { name, times } of rowsOf(this.#leftOut.get(layer) ?? [])) {
      ledger.repeat(found(this.#forward, name), times)
      const held = this.#held.get(name) ?? []
      for (const [index, one] of this.#untilEnd.entries()) one.omit(times * (held[index] ?? 0))
      this.#tape.mark(() => ledger.defer(() => found(this.#backward, name), times))
    }
  }

  /** What is held until backward ends. */
  get #untilEnd(): readonly Attributes[] {
    return [this.#tape.saved.attributes, this.#tape.keywords]
  }
}

/** The same name several times in a row. */
interface Row {
  readonly name: string
  times: number
}

function rowsOf(names: readonly string[]): Row[] {
  const rows: Row[] = []
  for (const name of names) {
    const row = rows.at(-1)
    if (row?.name === name) row.times += 1
    else rows.push({ name, times: 1 })
  }
  return rows
}

function found(stretches: ReadonlyMap<string, Stretch>, layer: string): Stretch {
  const stretch = stretches.get(layer)
  if (stretch) return stretch
  throw new Error(`${layer} is like layers that are left out, and stands before them`)
}
