import type { Storage } from '../memory-ledger.js'
import { Sharding } from '../sharding/sharding.js'
import type { ShardingRules } from '../sharding/sharding-rules.js'
import type { Leaf } from '../tape.js'
import type { NotedLedger } from './noted-ledger.js'
import type { Rank } from './rank.js'

/** Notes what a rank gathers and reduces: others do it with shares of their own. */
export class NotedSharding extends Sharding {
  readonly #ledger: NotedLedger
  #leaves: readonly Leaf[] = []

  constructor(ledger: NotedLedger, rules: ShardingRules) {
    super(ledger, rules)
    this.#ledger = ledger
  }

  /** Says which parameters have gradients, once all are there. */
  watch(leaves: readonly Leaf[]): void {
    this.#leaves = leaves
  }

  override beforeForward(name: string): void {
    this.#noted(
      (sharding) => sharding.beforeForward(name),
      () => super.beforeForward(name),
    )
  }

  override gatherAll(): void {
    this.#noted(
      (sharding) => sharding.gatherAll(),
      () => super.gatherAll(),
    )
  }

  override afterForward(name: string): void {
    this.#noted(
      (sharding) => sharding.afterForward(name),
      () => super.afterForward(name),
    )
  }

  override afterAgain(): void {
    this.#noted(
      (sharding) => sharding.afterAgain(),
      () => super.afterAgain(),
    )
  }

  override endForward(): void {
    this.#noted(
      (sharding) => sharding.endForward(),
      () => super.endForward(),
    )
  }

  override beforeBackward(own: string | undefined, next: string | undefined): void {
    this.#noted(
      (sharding) => sharding.beforeBackward(own, next),
      () => super.beforeBackward(own, next),
    )
  }

  override afterBackward(name: string): void {
    this.#reducing(
      (sharding) => sharding.afterBackward(name),
      () => super.afterBackward(name),
    )
  }

  override endBackward(isLast = true): void {
    this.#reducing(
      (sharding) => sharding.endBackward(isLast),
      () => super.endBackward(isLast),
    )
  }

  #noted(again: (sharding: Sharding) => void, run: () => void, prepare: (rank: Rank) => void = () => {}): void {
    const { phase } = this.#ledger
    const { staysGathered, isReducing } = this
    this.#ledger.noted((rank) => {
      rank.ledger.phase = phase
      Object.assign(rank.sharding, { staysGathered, isReducing })
      prepare(rank)
      again(rank.sharding)
    }, run)
  }

  /** What reads the gradients that are not reduced yet. */
  #reducing(again: (sharding: Sharding) => void, run: () => void): void {
    const own = this.#leaves.map(({ unreduced }) => unreduced && { ...unreduced })
    const storages = this.#leaves.map(({ unreduced }) => unreduced)
    this.#noted(again, run, ({ leaves }) => {
      const copies = new Map<Storage, Storage>()
      for (const [index, storage] of storages.entries()) {
        const [leaf, then] = [leaves[index], own[index]]
        if (!leaf || !storage || !then) continue
        const copy = copies.get(storage) ?? { ...then }
        copies.set(storage, copy)
        leaf.unreduced = copy
      }
    })
  }
}
