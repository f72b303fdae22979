import type { ForwardPass } from '../../../architecture/index.js'
import { change, emptyParts, PARTS, type PartBytes, type Storage } from '../memory-ledger.js'
import type { Tape, Tensor } from '../tape.js'

/**
 * The last state of each recurrent block, which its module keeps in training until it runs again. That of a block that is recomputed keeps
 * what autograd has saved of its computation too: that second graph never runs backward.
 */
export class LeftStates {
  readonly #tape: Tape
  readonly #held = new Map<string, readonly Storage[]>()
  /** What a second run has saved so far, by block. */
  readonly #saved = new Map<string, Storage[]>()

  /** Bytes of what iterations that are not replayed have saved so, by block. */
  readonly #omitted = new Map<string, PartBytes>()

  constructor(tape: Tape) {
    this.#tape = tape
  }

  /** Runs a part of the computation of the state that a block leaves. */
  compute<Result>(block: string, run: () => Result): Result {
    const { result, saved } = this.#tape.saved.savedAgain(run)
    this.#saved.set(block, [...(this.#saved.get(block) ?? []), ...saved])
    return result
  }

  /** The state of a block goes: the block runs again. */
  drop(block: string): void {
    for (const storage of this.#held.get(block) ?? []) this.#tape.ledger.release(storage)
    this.#held.delete(block)
    this.#tape.ledger.shift(this.#omitted.get(block) ?? emptyParts(), -1)
    this.#omitted.delete(block)
  }

  /** Iterations of a loop that are not replayed, each of which leaves as many bytes more as the last one that was. */
  omit(block: string, count: number, [before, behind]: readonly [PartBytes, PartBytes]): void {
    if (!this.#tape.saved.keepsAgain) return
    const bytes = emptyParts()
    const one = change(before, behind)
    for (const part of PARTS) bytes[part] = count * one[part]
    this.#omitted.set(block, bytes)
  }

  keep(block: string, { storage }: Tensor): void {
    this.#held.set(block, [this.#tape.ledger.retain(storage), ...(this.#saved.get(block) ?? [])])
    this.#saved.delete(block)
  }
}

/** Whether blocks of a model keep their last state in training. */
export function leavesStates(mixers: NonNullable<ForwardPass['mixers']>): boolean {
  return Object.values(mixers).some(({ kind }) => kind === 'gatedRecurrence')
}
