import type { MemoryLedger, Storage } from './memory-ledger.js'
import type { Leaf } from './tape.js'

/** Parameters that are gathered together: those of one decoder layer, or all the rest (the root). */
interface Group {
  /** Bytes of all its parameters, each padded to a multiple of the ranks. */
  gatheredBytes: number
  readonly leaves: { readonly leaf: Leaf; readonly paddedBytes: number }[]
  gather?: Storage
  whole?: Storage
}

/**
 * One rank of FSDP2: `fully_shard` on every decoder layer and on the root, like ZeRO-3 (Rajbhandari et al. 2019,
 * arXiv:1910.02054). It owns its share of each parameter, gradient and state, and has unsharded parameters only while they are
 * used. The order of buffers is that of torch's `_fsdp_param_group.py`.
 */
export class Sharding {
  readonly #ledger: MemoryLedger
  readonly #world: number
  readonly #groups = new Map<string, Group>()
  /** The gathered buffer that forward holds until the next layer has gathered its own. */
  #held: Storage | undefined
  /** The input of the last reduce-scatter, held until the next one. */
  #reducing: Storage | undefined

  constructor(ledger: MemoryLedger, world: number) {
    this.#ledger = ledger
    this.#world = world
  }

  /** Adds a parameter to a group, and returns the bytes of the rank's share. Parameters are split along the first dimension. */
  add(name: string, shape: readonly number[], width: number, leaf: Leaf | undefined): number {
    const group = this.#group(name)
    const [rows = 1, ...rest] = shape
    const elements = Math.ceil(rows / this.#world) * rest.reduce((product, size) => product * size, 1)
    const shard = Math.ceil(elements * width)
    group.gatheredBytes += shard * this.#world
    if (leaf) group.leaves.push({ leaf, paddedBytes: shard * this.#world })
    return shard
  }

  /** Before a group runs: gathers its buffer while the previous one is still held, then copies it out. */
  beforeForward(name: string): void {
    const group = this.#group(name)
    const gather = this.#allocate(group.gatheredBytes, 'all_gather')
    if (this.#held) this.#ledger.release(this.#held)
    group.whole = this.#allocate(group.gatheredBytes, 'all_gather_copy_out')
    this.#held = gather
  }

  /** After a layer: frees its unsharded parameters. The root keeps its own. */
  afterForward(name: string): void {
    this.#reshard(this.#group(name))
  }

  /** After the root: frees the last gathered buffer. */
  endForward(): void {
    if (this.#held) this.#ledger.release(this.#held)
    this.#held = undefined
  }

  /** Before a group's backward: gathers its parameters, and prefetches those of the next group. */
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

  /** After a group's backward: frees its unsharded parameters, and reduces its gradients to the rank's share. */
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

  /** At the end of backward: reduces the gradients of the root, and of layers whose inputs have no gradient. */
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

/** The group of all parameters outside decoder layers. */
export const ROOT = ''
