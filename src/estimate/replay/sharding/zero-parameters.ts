import type { MemoryLedger, Storage } from '../memory-ledger.js'
import { Sharding } from './sharding.js'
import { ROOT, type ShardedParameter } from './sharding-groups.js'
import type { FetchRules, ShardingRules } from './sharding-rules.js'

/**
 * The parameters of one rank of ZeRO-3 (`partitioned_param_coordinator.py` of DeepSpeed 0.19.8). Every module that begins gathers its
 * own parameters, and a bucket of those that are used next, unless so many are gathered already. Modules are many and most buckets
 * hold more than their parameters, so that the gathered ones run ahead until they reach the limit, or are all there. What is gathered
 * ahead of its next use is not freed in between. Thus the limit is used up from forward to backward.
 */
export class ZeroParameters extends Sharding {
  readonly #ledger: MemoryLedger
  readonly #fetch: FetchRules
  /** Elements and bytes of all parameters that do not stay on every rank. */
  #elements = 0
  #bytes = 0
  /** Elements of each layer. */
  readonly #layers = new Map<string, number>()
  #gathered: Storage | undefined

  constructor(ledger: MemoryLedger, rules: ShardingRules & { readonly fetch: FetchRules }) {
    super(ledger, rules)
    this.#ledger = ledger
    this.#fetch = rules.fetch
  }

  override add(name: string, parameter: ShardedParameter): number {
    const { ranks, offloads } = this.rules
    const { shape, width, sharedWidth, inLayer, layers } = parameter
    const elements = shape.reduce((product, size) => product * size, 1)
    const own = (offloads ? 0 : Math.ceil(elements / ranks) * sharedWidth) + elements * (width - sharedWidth)
    // A parameter that stays is held in both forms.
    if (elements <= this.#fetch.persistence) return own + elements * sharedWidth
    this.#elements += elements * inLayer * layers
    this.#bytes += elements * sharedWidth * inLayer * layers
    if (name !== ROOT) this.#layers.set(name, (this.#layers.get(name) ?? 0) + elements * inLayer)
    return own
  }

  override beforeForward(name: string): void {
    if (name !== ROOT || this.#gathered || this.#elements === 0) return
    const most = Math.min(this.#elements, this.#mostElements())
    this.#gathered = this.#ledger.allocate((most * this.#bytes) / this.#elements, 'parameters')
    this.#ledger.observe('all_gather')
  }

  override afterForward(_name: string): void {}

  override endForward(): void {}

  override beforeBackward(_name: string | undefined, _next: string | undefined): void {}

  override afterBackward(_name: string): void {}

  override endBackward(): void {
    if (this.#gathered) this.#ledger.release(this.#gathered)
    this.#gathered = undefined
  }

  /** The elements that are gathered at a time. Without a bucket for what comes next, those stay that are used again soon. */
  #mostElements(): number {
    const { prefetch, live, reuse, passes } = this.#fetch
    if (prefetch > 0) return live
    return Math.max(...this.#layers.values(), 0) + reuse / passes
  }
}
