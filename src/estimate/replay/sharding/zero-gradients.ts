import { DTYPE_BYTES } from '../dtype.js'
import { emptyParts, type MemoryLedger, type Storage } from '../memory-ledger.js'
import type { Leaf } from '../tape.js'
import type { Sharding } from './sharding.js'

/** How a stage of ZeRO reduces gradients. */
export interface ZeroRules {
  readonly stage: 1 | 2 | 3
  readonly ranks: number
  /** The elements of a bucket. */
  readonly bucketSize: number
  /** Whether stages 1 and 2 reduce while backward goes on, with a second bucket. */
  readonly overlaps: boolean
  /** Whether the float32 copies and their gradients are on the CPU. */
  readonly offloads: boolean
  /** Bytes of the copy that is reduced, if gradients are reduced in another dtype. */
  readonly reducedWidth?: number | undefined
}

/**
 * How one rank of DeepSpeed's ZeRO handles gradients (`stage_1_and_2.py` and `stage3.py` of 0.19.8, with contiguous gradients). A
 * gradient is copied into a bucket and freed. A full bucket is flattened into one tensor, reduced, and the rank's share is kept.
 * Stage 1 begins after backward; stages 2 and 3 reduce while backward runs. Rank 0 owns the first parameters, whose gradients come last.
 */
export class ZeroGradients {
  readonly #ledger: MemoryLedger
  readonly #rules: ZeroRules
  readonly #leaves: readonly Leaf[]
  readonly #inOrder: readonly Leaf[]
  /** The trained parameters of which rank 0 owns a part, and of how many like each. */
  readonly #owned = new Map<Leaf, number>()
  /** The parameters whose gradients arrive: those of other models that are trained beside it, too. */
  readonly #arriving: Leaf[]
  readonly #placeOf: Map<Leaf, number>
  readonly #elements: number
  readonly #ownedElements: number
  readonly #width: number
  readonly #held: Storage[] = []
  /** Whether the step follows this micro-batch, not another one. */
  isLast = true
  #bucket: Storage | undefined
  /** A gradient larger than a bucket, which waits for the next one as it is. */
  #large: Storage | undefined
  #share: Storage | undefined
  #filled = 0
  #hasOwned = false

  /** @param inOrder - the parameters in order, with those of layers that are not replayed */
  constructor(ledger: MemoryLedger, leaves: readonly Leaf[], inOrder: readonly Leaf[], rules: ZeroRules) {
    this.#ledger = ledger
    this.#rules = rules
    this.#leaves = leaves
    this.#elements = leaves.reduce((sum, leaf) => sum + all(leaf), 0)
    this.#width = DTYPE_BYTES[leaves[0]?.dtype ?? 'bfloat16']
    this.#arriving = [...leaves]
    this.#placeOf = new Map(leaves.map((leaf, place) => [leaf, place]))
    this.#inOrder = inOrder
    let offset = 0
    let owned = 0
    for (const leaf of withExperts(inOrder)) {
      if (offset >= this.#elements / rules.ranks) break
      this.#owned.set(leaf, (this.#owned.get(leaf) ?? 0) + 1)
      owned += leaf.elements
      offset += leaf.elements
    }
    this.#ownedElements = rules.stage === 3 ? this.#elements / rules.ranks : owned
  }

  /**
   * Called when a parameter has its gradient.
   *
   * @returns whether the gradient is freed
   */
  arrived(leaf: Leaf): boolean {
    this.#makeBuckets()
    if (this.#keepsWhole) {
      if (leaf.gradient) this.#ledger.ownByLayer(leaf.gradient)
      return false
    }
    this.#ledger.mark(this.#placeAmongArrived(leaf))
    if (leaf.elements <= this.#rules.bucketSize) this.#ledger.observe('copy_')
    return true
  }

  /**
   * After backward: reduces what is in the bucket, or in stage 1 all gradients. Before the last micro-batch, stage 1 keeps them and its bucket.
   *
   * @param sharding - what has marks of its own
   */
  endBackward(sharding?: Sharding): void {
    if (this.#rules.stage === 1 && !this.isLast) return
    if (reducesLate(this.#rules)) this.#reduceAll()
    else this.#reduceArrived(sharding)
    if (this.#bucket) this.#ledger.release(this.#bucket)
    this.#bucket = undefined
    this.#filled = 0
    this.#hasOwned = false
    if (!this.#share) return
    // The share of a micro-batch is added to that of the one before.
    if (this.#held.length > 0) this.#ledger.release(this.#share)
    else this.#held.push(this.#share)
    this.#share = undefined
  }

  /** Before the step: the share in float32. Its flat copy in 16 bits exists beside it for a moment. */
  beforeStep(): void {
    const { ranks, offloads } = this.#rules
    if (offloads) return
    const elements = this.#elements / ranks
    this.#ledger.phase = 'step'
    // The norm is computed in float64, of one gradient after another (`get_grad_norm_direct`).
    this.#ledger.observe('linalg_vector_norm', FLOAT64_BYTES * Math.ceil(this.#largestPart))
    const flat = this.#ledger.allocate(elements * this.#width)
    this.#ledger.observe('cat')
    const wide = this.#ledger.allocate(elements * DTYPE_BYTES.float32, 'gradients')
    this.#ledger.observe('_to_copy')
    this.#ledger.release(flat)
    for (const storage of this.#held.splice(0)) this.#ledger.release(storage)
    this.#held.push(wide)
  }

  /** Elements of the largest gradient, or part of one, that the rank owns. */
  get #largestPart(): number {
    const { stage, ranks } = this.#rules
    const share = this.#elements / ranks
    return this.#leaves.reduce((most, leaf) => {
      const own = stage === 3 ? leaf.elements / ranks : this.#owned.has(leaf) ? Math.min(leaf.elements, share) : 0
      return Math.max(most, own)
    }, 0)
  }

  /** After the step. */
  afterStep(): void {
    for (const storage of this.#held.splice(0)) this.#ledger.release(storage)
  }

  /** Stage 1 reduces in the last micro-batch (`reduce_ready_partitions_and_remove_grads`), and after it unless it is to overlap. */
  get #keepsWhole(): boolean {
    return reducesLate(this.#rules) || (this.#rules.stage === 1 && !this.isLast)
  }

  #makeBuckets(): void {
    const { stage, bucketSize, overlaps } = this.#rules
    // Stage 3 makes its bucket when training begins.
    if (stage === 3 || this.#bucket) return
    this.#bucket = this.#ledger.allocateOnce(bucketSize * (overlaps ? 2 : 1) * this.#width, this.#ledger.part)
    this.#ledger.observe('empty')
  }

  #placeAmongArrived(leaf: Leaf): number {
    const place = this.#placeOf.get(leaf) ?? this.#arriving.push(leaf) - 1
    this.#placeOf.set(leaf, place)
    return place
  }

  /** Fills buckets with the gradients of this micro-batch in the order in which they arrived, with those of layers that are not replayed. */
  #reduceArrived(sharding: Sharding | undefined): void {
    const { bucketSize } = this.#rules
    // Rank 0 has the first parameters, whose gradients come last.
    const others = this.#arriving.map((leaf) => 1 + (leaf.alike ?? 0) - (this.#owned.get(leaf) ?? 0))
    this.#ledger.revisit((place) => {
      if (place < 0) {
        sharding?.revisited(place)
        return
      }
      const { elements = 0 } = this.#arriving[place] ?? {}
      const left = others[place] ?? 0
      if (this.#filled > 0 && this.#filled + elements > bucketSize) this.#reduce()
      this.#filled += elements
      this.#hasOwned ||= left <= 0
      others[place] = left - 1
      if (elements > bucketSize) this.#large = this.#ledger.allocate(elements * this.#width, 'gradients')
    })
    if (this.#filled > 0) this.#reduce()
  }

  /** Flattens what is in the bucket, reduces it, and copies the share out of it. */
  #reduce(): void {
    const { stage, ranks, bucketSize, reducedWidth } = this.#rules
    // Stage 3 reduces a large gradient as it is if ranks divide it evenly (`reduce_scatter_coalesced`).
    const isAsItIs = this.#large !== undefined && stage === 3 && this.#filled % ranks === 0
    const filled = isAsItIs ? 0 : Math.min(this.#filled, Math.max(bucketSize, 1))
    const flat = this.#ledger.allocate(filled * this.#width)
    this.#ledger.observe('cat')
    const copy = reducedWidth && reducedWidth !== this.#width ? this.#ledger.allocate(filled * reducedWidth) : undefined
    if (copy) this.#ledger.observe('_to_copy')
    this.#ledger.observe(stage === 3 ? 'reduce_scatter_' : 'allreduce_')
    if (copy) this.#ledger.release(copy)
    this.#ledger.release(flat)
    this.#filled = 0
    if (this.#hasOwned) this.#keepShare()
    if (this.#large) this.#ledger.release(this.#large)
    this.#large = undefined
  }

  /** Stage 1: the buckets are filled one after another, from the first parameter on. A gradient is freed once it is in a bucket. */
  #reduceAll(): void {
    const { bucketSize } = this.#rules
    const gradients = new Map(this.#leaves.map((leaf) => [leaf, leaf.gradient]))
    let filled = 0
    let isFirst = true
    const keepShare = (): void => {
      if (isFirst) this.#keepShare()
      isFirst = false
    }
    for (const leaf of withExperts(this.#inOrder)) {
      const gradient = gradients.get(leaf)
      if (!gradient) continue
      if (filled > 0 && filled + leaf.elements > bucketSize) keepShare()
      filled += leaf.elements
      if (leaf.elements > bucketSize) keepShare()
      if (leaf.gradient) {
        this.#ledger.release(leaf.gradient)
        delete leaf.gradient
      } else this.#ledger.shift({ ...emptyParts(), [gradient.part]: gradient.bytes }, -1)
    }
    if (!isFirst) return
    const flat = this.#ledger.allocate(Math.min(filled, bucketSize) * this.#width)
    this.#ledger.observe('cat')
    this.#ledger.release(flat)
    keepShare()
  }

  #keepShare(): void {
    const { stage, offloads } = this.#rules
    if (stage === 3 || offloads || this.#share) return
    this.#share = this.#ledger.allocateOnce(this.#ownedElements * this.#width, 'gradients')
    this.#ledger.observe('empty')
  }
}

const FLOAT64_BYTES = 8

/** Whether gradients are reduced after backward: in stage 1, unless it is to overlap. */
export function reducesLate({ stage, overlaps }: ZeroRules): boolean {
  return stage === 1 && !overlaps
}

/** Parameters in order, with those of experts that are not replayed: each of these stands behind the one that it is like. */
function* withExperts(leaves: readonly Leaf[]): Generator<Leaf> {
  for (let place = 0; place < leaves.length; ) {
    const times = leaves[place]?.inLayer ?? 1
    let end = place + 1
    while (times > 1 && leaves[end]?.inLayer === times) end += 1
    const expert = leaves.slice(place, end)
    for (let time = 0; time < times; time += 1) yield* expert
    place = end
  }
}

function all({ elements, alike = 0 }: Leaf): number {
  return elements * (1 + alike)
}
