import type { Live } from '../highest.js'
import { MemoryLedger, type MemoryPart, type OpenStretch, type Storage, type Stretch } from '../memory-ledger.js'
import type { Note, Rank } from './rank.js'

/**
 * A ledger that notes the course of a run, to count it again on ranks that own other shares of the parameters. Between two notes the ranks do the same,
 * so that what changes there, and how high it reaches, is added up once. Its own peak is not that of the run.
 */
export class NotedLedger extends MemoryLedger {
  readonly #notes: Note[] = []
  #isNoting = false
  #start: Live = this.#live
  #made = 0

  /** Counts the run again on another rank. */
  countOn(rank: Rank): void {
    for (const note of this.#notes) note(rank)
  }

  /** Begins: what was allocated before is what each rank has of its own. */
  beginNotes(): void {
    this.#isNoting = true
    this.#goOn()
  }

  /** Ends: what comes then depends on the rank. */
  endNotes(): void {
    this.#endPart()
    this.#isNoting = false
  }

  /** Does what each rank does in its own way. */
  noted<Result>(note: Note, run: () => Result): Result {
    if (!this.#isNoting) return run()
    this.#endPart()
    this.#notes.push(note)
    this.#isNoting = false
    const result = run()
    this.#isNoting = true
    this.#goOn()
    return result
  }

  override reset(): void {
    const { phase } = this
    this.noted(
      ({ ledger }) => {
        ledger.phase = phase
        ledger.reset()
      },
      () => super.reset(),
    )
  }

  override allocateFromStart(bytes: number, part: MemoryPart): void {
    this.noted(
      ({ ledger }) => ledger.allocateFromStart(bytes, part),
      () => super.allocateFromStart(bytes, part),
    )
  }

  override allocateOnce(bytes: number, part: MemoryPart): Storage {
    return this.noted(
      ({ ledger }) => ledger.allocateOnce(bytes, part),
      () => super.allocateOnce(bytes, part),
    )
  }

  override keepFreed({ bytes, part }: Pick<Storage, 'bytes' | 'part'>): void {
    this.noted(
      ({ ledger }) => ledger.keepFreed({ bytes, part }),
      () => super.keepFreed({ bytes, part }),
    )
  }

  override begin(keepsUntil = 0): OpenStretch {
    return this.noted(
      ({ ledger, open }) => open.push(ledger.begin(keepsUntil)),
      () => super.begin(keepsUntil),
    )
  }

  override end(open: OpenStretch): Stretch {
    const stretch: { own?: Stretch } = {}
    return this.noted(
      (rank) => {
        const begun = rank.open.pop()
        if (begun && stretch.own) rank.stretches.set(stretch.own, rank.ledger.end(begun))
      },
      () => {
        stretch.own = super.end(open)
        return stretch.own
      },
    )
  }

  override repeat(stretch: Stretch, times: number): void {
    this.noted(
      (rank) => rank.ledger.repeat(likeOn(rank, stretch), times),
      () => super.repeat(stretch, times),
    )
  }

  override defer(stretch: () => Stretch, times: number): void {
    this.noted(
      (rank) => rank.ledger.defer(() => likeOn(rank, stretch()), times),
      () => super.defer(stretch, times),
    )
  }

  override settle(): void {
    this.noted(
      ({ ledger }) => ledger.settle(),
      () => super.settle(),
    )
  }

  override mark(_id: number): void {
    throw new Error('a run with marks cannot be counted on other ranks')
  }

  #endPart(): void {
    const { made } = this
    const [start, end, highest] = [this.#start, this.#live, this.takeHighest()]
    if (made === this.#made && end.totalBytes === start.totalBytes && highest.isEmpty) return
    this.#notes.push(({ ledger }) => ledger.goOn({ start, end, highest, made }))
  }

  #goOn(): void {
    this.#start = this.#live
    this.#made = this.made
    this.takeHighest()
  }

  get #live(): Live {
    return { parts: { ...this.now }, totalBytes: this.total }
  }
}

function likeOn({ stretches }: Rank, stretch: Stretch): Stretch {
  const own = stretches.get(stretch)
  if (own) return own
  throw new Error('a stretch counts again before it ends')
}
