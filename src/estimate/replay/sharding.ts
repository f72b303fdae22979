import type { MemoryLedger, Storage } from './memory-ledger.js'
import type { Leaf } from './tape.js'

/** Parameters that are gathered together: those of one decoder layer, or all others (the root). */
interface Group {
  /** Bytes of all its parameters, each padded to a multiple of the ranks. */
  gatheredBytes: number
  readonly leaves: { readonly leaf: Leaf; readonly paddedBytes: number }[]
  gather?: Storage
  whole?: Storage
}

/**
 * One rank of FSDP2 (`fully_shard` on every decoder layer and on the root, what ZeRO-3 does; Rajbhandari et al. 2019,
 * arXiv:1910.02054): it owns its share of each parameter, gradient and state, and whole parameters only while they compute.
 * The order of buffers is that of torch's `_fsdp_param_group.py`.
 */
export class Sharding {
  readonly #ledger: MemoryLedger
  readonly #world: number
  readonly #groups = new Map<string, Group>()
  /** The gathered buffer that forward holds until the next layer has its own. */
  #held: Storage | undefined
  /** The input of the last reduce-scatter, held until the next. */
  #reducing: Storage | undefined

  constructor(ledger: MemoryLedger, world: number) {
    this.#ledger = ledger
    this.#world = world
  }

  /** Takes a parameter into a group; says how many bytes the rank's own share has. Shards are cut along the first dimension. */
  add(name: string, shape: readonly number[], width: number, leaf: Leaf | undefined): number {
    const group = this.#group(name)
    const [rows = 1, ...rest] = shape
    const elements = Math.ceil(rows / this.#world) * rest.reduce((product, size) => product * size, 1)
    const shard = Math.ceil(elements * width)
    group.gatheredBytes += shard * this.#world
    if (leaf) group.leaves.push({ leaf, paddedBytes: shard * this.#world })
    return shard
  }

  /** Before a group computes: its buffer is gathered while the one before is still held, then copied out. */
  beforeForward(name: string): void {
    const group = this.#group(name)
    const gather = this.#allocate(group.gatheredBytes, 'all_gather')
    if (this.#held) this.#ledger.release(this.#held)
    group.whole = this.#allocate(group.gatheredBytes, 'all_gather_copy_out')
    this.#held = gather
  }

  /** Behind a layer its whole parameters go; the root keeps its own. */
  afterForward(name: string): void {
    this.#reshard(this.#group(name))
  }

  /** When the root is through, the last gathered buffer goes. */
  endForward(): void {
    if (this.#held) this.#ledger.release(this.#held)
    this.#held = undefined
  }

  /** Backward asks for a group's whole parameters, and gathers those of the next ahead. */
  beforeBackward(name: string | undefined, next: string | undefined): void {
    if (name !== undefined) {
      const group = this.#group(name)
      group.gather ??= this.#allocate(group.gatheredBytes, 'all_gather')
      group.whole ??= this.#allocate(group.gatheredBytes, 'all_gather_copy_out')
      this.#ledger.release(group.gather)
      delete group.gather
    }
    const ahead = next === undefined ? undefined : this.#group(next)
    if (ahead) ahead.gather = this.#allocate(ahead.gatheredBytes, 'all_gather')
  }

  /** Whole parameters go, and whole gradients are reduced to the rank's share. */
  afterBackward(name: string): void {
    const group = this.#group(name)
    this.#reshard(group)
    const fresh = group.leaves.filter(({ leaf }) => leaf.unreduced !== undefined)
    if (fresh.length === 0) return
    if (this.#reducing) this.#ledger.release(this.#reducing)
    const bytes = fresh.reduce((sum, { paddedBytes }) => sum + paddedBytes, 0)
    this.#reducing = this.#allocate(bytes, 'reduce_scatter')
    for (const { leaf } of fresh) {
      if (leaf.unreduced) this.#ledger.release(leaf.unreduced)
      delete leaf.unreduced
    }
    const reduced = this.#ledger.allocate(bytes / this.#world, 'gradients')
    this.#ledger.observe('reduce_scatter')
    const [first] = fresh
    if (first?.leaf.gradient) this.#ledger.release(reduced)
    else for (const { leaf } of fresh) leaf.gradient = reduced
  }

  /** The end of backward: the root's gradients, and those of layers whose inputs are not differentiated. */
  endBackward(): void {
    for (const name of this.#groups.keys()) this.afterBackward(name)
    if (this.#reducing) this.#ledger.release(this.#reducing)
    this.#reducing = undefined
  }

  #reshard(group: Group): void {
    if (group.whole) this.#ledger.release(group.whole)
    delete group.whole
  }

  #allocate(bytes: number, operation: string): Storage {
    const storage = this.#ledger.allocate(bytes, operation === 'all_gather_copy_out' ? 'parameters' : 'temporary')
    this.#ledger.observe(operation)
    return storage
  }

  #group(name: string): Group {
    const found = this.#groups.get(name)
    if (found) return found
    const made: Group = { gatheredBytes: 0, leaves: [] }
    this.#groups.set(name, made)
    return made
  }
}

/** The group of all parameters outside of decoder layers. */
export const ROOT = ''
