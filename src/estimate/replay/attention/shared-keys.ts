import type { Shaped } from '../arrays/shaped.js'
import type { Storage } from '../memory-ledger.js'
import type { Tape } from '../tape.js'

/** Keys and values of one layer. */
export interface KeysAndValues {
  readonly keys: Shaped
  readonly values: Shaped
}

/**
 * Keys and values that some layers keep for later ones, as `KVSharingDict` of transformers 5 does. The model holds them, and each layer that
 * is recomputed. A layer that runs again keeps the new ones, and with them what autograd has saved of how they were computed: that
 * second graph never runs backward.
 */
export class SharedKeys {
  readonly #tape: Tape
  readonly #kept = new Map<number, KeysAndValues>()
  readonly #held = new Map<number, readonly Storage[]>()
  /** What a second run has saved of their computation so far. */
  readonly #saved = new Map<number, Storage[]>()
  /** What refers to them. */
  #holders = 1

  constructor(tape: Tape) {
    this.#tape = tape
  }

  /** Those of a layer; absent if it has kept none. */
  of(layer: number): KeysAndValues | undefined {
    return this.#kept.get(layer)
  }

  /** Runs a part of the computation of those that a layer keeps. */
  compute(layer: number, run: () => void): void {
    const { saved } = this.#tape.saved.savedAgain(run)
    this.#saved.set(layer, [...(this.#saved.get(layer) ?? []), ...saved])
  }

  /** Keeps those of a layer, in the place of what it kept before. */
  keep(layer: number, { keys, values }: KeysAndValues): void {
    const { ledger } = this.#tape
    const saved = this.#saved.get(layer) ?? []
    this.#saved.delete(layer)
    const before = this.#held.get(layer) ?? []
    const named = (one: Shaped): Shaped => ({ ...one, isNamed: true })
    this.#kept.set(layer, { keys: named(keys), values: named(values) })
    this.#held.set(layer, [ledger.retain(keys.storage), ledger.retain(values.storage), ...saved])
    for (const storage of before) ledger.release(storage)
  }

  enter(): void {
    this.#holders += 1
  }

  /** Called when the model has returned, and when backward is done with a recomputed layer. */
  leave(): void {
    this.#holders -= 1
    if (this.#holders > 0) return
    for (const storages of this.#held.values()) for (const storage of storages) this.#tape.ledger.release(storage)
    this.#held.clear()
    this.#kept.clear()
  }
}
