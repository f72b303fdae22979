import { emptyParts, type MemoryLedger, type Storage } from './memory-ledger.js'

/**
 * What the functions of one graph keep as attributes of their contexts. Autograd clears what is saved when a function has run, but not its attributes:
 * they live as long as the graph, whose end the loss holds.
 */
export class Attributes {
  readonly #ledger: MemoryLedger
  readonly #kept = new Set<Storage>()
  /** The bytes of those of layers and experts that are not replayed. */
  #omitted = 0

  constructor(ledger: MemoryLedger) {
    this.#ledger = ledger
  }

  /** The bytes of those that are newer than a storage of an age. */
  bytesSince(oldest: number): number {
    return [...this.#kept].reduce((sum, { bytes, age }) => (age > oldest ? sum + bytes : sum), this.#omitted)
  }

  keep(storages: readonly Storage[]): void {
    for (const storage of storages) if (!this.#kept.has(storage)) this.#kept.add(this.#ledger.retain(storage))
  }

  /** Counts those of repetitions that are not replayed. */
  omit(bytes: number): void {
    this.#omitted += bytes
  }

  /** The graph is freed. */
  free(): void {
    const [first] = this.#kept
    const parts = emptyParts()
    parts[first?.part ?? 'activations'] = -this.#omitted
    this.#ledger.shift(parts, 1)
    for (const storage of this.#kept) this.#ledger.release(storage)
    this.#kept.clear()
    this.#omitted = 0
  }
}
