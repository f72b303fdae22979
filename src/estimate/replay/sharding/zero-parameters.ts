import { emptyParts, type MemoryLedger, type Storage } from '../memory-ledger.js'
import type { Leaf, Tensor } from '../tape.js'
import { Sharding } from './sharding.js'
import { ROOT, type ShardedParameter } from './sharding-groups.js'
import type { FetchRules, ShardingRules } from './sharding-rules.js'

/** What is known of the model whose parameters are gathered. */
export interface ZeroUses {
  /** Whether the input embedding is used behind the layers, or in backward, although it is frozen. */
  readonly embeddingAgain: boolean
  /** Whether its marks in backward are visited. */
  readonly isRevisited: boolean
}

/**
 * The parameters of one rank of ZeRO-3 (`partitioned_param_coordinator.py` of DeepSpeed 0.19.8). Every module that begins gathers its
 * own parameters, and a bucket of those that are used next, unless so many are gathered already. Modules are many and most buckets
 * hold more than their parameters, so that the gathered ones run ahead until they reach the limit, or are all there. What is gathered
 * ahead of its next use is not freed in between. Thus the limit is used up from forward to backward. There each module frees what
 * nothing needs any more, so that at the end of backward no more is gathered than what is left: the head is freed before the layers, and one layer after the other.
 */
export class ZeroParameters extends Sharding {
  readonly #ledger: MemoryLedger
  readonly #fetch: FetchRules
  readonly #uses: ZeroUses
  /** Elements and bytes of all parameters that do not stay on every rank. */
  #elements = 0
  #bytes = 0
  /** Bytes of the whole parameters that stay on every rank. */
  #persistentBytes = 0
  /** Elements of each layer. */
  readonly #layers = new Map<string, number>()
  /** Elements behind the layers: the head, and the last norm. */
  #behind = 0
  /** Frozen elements ahead of the layers, which backward does not come to. */
  #ahead = 0
  #gathered: Storage | undefined
  #gatheredAhead: Storage | undefined
  #flat: Storage | undefined
  /** What was freed for good in the forward pass. */
  #idleBytes = 0
  readonly #idle = new Set<Tensor>()
  #isBelowHead = false
  /** Elements that backward needs no more, at the mark that is looked at. */
  #done = 0

  constructor(ledger: MemoryLedger, rules: ShardingRules & { readonly fetch: FetchRules }, uses: ZeroUses) {
    super(ledger, rules)
    this.#ledger = ledger
    this.#fetch = rules.fetch
    this.#uses = uses
  }

  override add(name: string, parameter: ShardedParameter, leaf: Leaf | undefined): number {
    const { ranks, offloads } = this.rules
    const { shape, width, sharedWidth, inLayer, layers, isBehind, isUnused } = parameter
    const elements = shape.reduce((product, size) => product * size, 1)
    const own = (offloads ? 0 : Math.ceil(elements / ranks) * sharedWidth) + elements * (width - sharedWidth)
    // A parameter that stays is held in both forms.
    if (elements <= this.#fetch.persistence) {
      this.#persistentBytes += elements * sharedWidth * inLayer * layers
      return own + elements * sharedWidth
    }
    if (isUnused) return own
    this.#elements += elements * inLayer * layers
    this.#bytes += elements * sharedWidth * inLayer * layers
    if (name !== ROOT) this.#layers.set(name, (this.#layers.get(name) ?? 0) + elements * inLayer)
    else if (isBehind) this.#behind += elements
    else if (!leaf && !this.#uses.embeddingAgain) this.#ahead += elements
    return own
  }

  override beforeForward(name: string): void {
    if (name !== ROOT && this.#gatheredAhead) {
      this.#ledger.release(this.#gatheredAhead)
      this.#gatheredAhead = undefined
    }
    if (name !== ROOT || this.#gathered || this.#elements === 0) return
    const elements = this.#gatheredElements
    const ahead = Math.min(this.#elements, this.#mostElements()) - elements
    this.#gathered = this.#ledger.allocate(this.#bytesOf(elements), 'parameters')
    if (ahead > 0) this.#gatheredAhead = this.#ledger.allocate(this.#bytesOf(ahead), 'parameters')
    this.#flat = this.#ledger.allocate(this.#bytesOf(Math.min(this.#elements, this.#fetch.prefetch)))
    this.#ledger.observe('all_gather')
  }

  /** What is gathered ahead comes in a buffer, which lives until the last of its parameters is used (`AllGatherCoalescedHandle` of `partition_parameters.py`). */
  override beforeHead(): void {
    if (this.#flat) this.#ledger.release(this.#flat)
    this.#flat = undefined
  }

  /** `GatheredParameters`, around code whose hooks are gone. */
  override gatherWhole(): Storage {
    const whole = this.#ledger.allocate(this.#bytes, 'parameters')
    this.#ledger.observe('all_gather')
    return whole
  }

  override dropIdle(weight: Tensor): void {
    const { elements, alike = 0 } = weight
    if (this.#idle.has(weight)) return
    this.#idle.add(weight)
    // Beyond the limit, others are gathered in its place.
    if (elements <= this.#fetch.persistence || this.#elements > this.#mostElements()) return
    const parts = { ...emptyParts(), parameters: this.#bytesOf(elements) }
    this.#ledger.shift(parts, -1)
    this.#idleBytes += parts.parameters * (1 + alike)
  }

  override afterForward(_name: string): void {}

  override endForward(): void {
    this.beforeHead()
  }

  override beforeBackward(name: string | undefined, _next: string | undefined): void {
    if (name === undefined || this.#isBelowHead || !this.#gathered || !this.#uses.isRevisited) return
    this.#isBelowHead = true
    this.#ledger.mark(BELOW_HEAD)
  }

  override afterBackward(name: string): void {
    const place = [...this.#layers.keys()].indexOf(name)
    if (place >= 0 && this.#isBelowHead) this.#ledger.mark(BELOW_LAYERS - place)
  }

  override endBackward(): void {}

  /** Embeddings stay until the step (`partition_all_parameters`): a module is freed where its input has its gradient, and theirs has none. */
  override endReduction(): void {
    if (!this.#gathered) return
    const left = this.#gatheredElements
    this.#done = 0
    const freed = this.#bytesOf(this.#gatheredElements) - this.#bytesOf(left)
    this.#ledger.shift({ ...emptyParts(), parameters: this.#idleBytes + freed }, 1)
    this.#idleBytes = 0
    this.#idle.clear()
    this.#ledger.release(this.#gathered)
    this.#gathered = undefined
    this.#isBelowHead = false
  }

  /** The step begins with a partition of all parameters. Those that stay are gathered again when it is done (`partition_all_parameters` and `_post_step` in `stage3.py`). */
  override beforeStep(): void {
    this.#ledger.shift({ ...emptyParts(), parameters: this.#persistentBytes }, -1)
  }

  override afterStep(): void {
    this.#ledger.shift({ ...emptyParts(), parameters: this.#persistentBytes }, 1)
  }

  override revisited(mark: number): void {
    const before = this.#gatheredElements
    this.#done += mark === BELOW_HEAD ? this.#behind : ([...this.#layers.values()][BELOW_LAYERS - mark] ?? 0)
    const parts = { ...emptyParts(), parameters: this.#bytesOf(this.#gatheredElements) - this.#bytesOf(before) }
    this.#ledger.shift(parts, 1)
  }

  /** Elements that are gathered: no more than the limit, and no more than are left. */
  get #gatheredElements(): number {
    return Math.max(Math.min(this.#elements - this.#ahead - this.#done, this.#mostElements()), 0)
  }

  #bytesOf(elements: number): number {
    return Math.round((elements * this.#bytes) / this.#elements)
  }

  /** The elements that are gathered at most: those that are used again soon stay, and others are gathered ahead up to the limit. */
  #mostElements(): number {
    const { prefetch, live, reuse, passes } = this.#fetch
    const kept = Math.max(...this.#layers.values(), 0) + reuse / passes
    return prefetch > 0 ? Math.max(live, kept) : kept
  }
}

/** Marks of backward. Those of gradients are not below zero. */
const BELOW_HEAD = -1
/** That of the first layer. Those of others are below it. */
const BELOW_LAYERS = -2
