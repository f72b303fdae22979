import { DTYPE_BYTES } from '../dtype.js'
import { emptyParts, type MemoryLedger, type Storage } from '../memory-ledger.js'
import type { Leaf } from '../tape.js'

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
  /** The trained parameters of which rank 0 owns a part. */
  readonly #owned = new Set<Leaf>()
  readonly #elements: number
  readonly #ownedElements: number
  readonly #width: number
  readonly #held: Storage[] = []
  #bucket: Storage | undefined
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
    let offset = 0
    let owned = 0
    for (const leaf of inOrder) {
      const { elements, inLayer = 1 } = leaf
      if (offset < this.#elements / rules.ranks) {
        this.#owned.add(leaf)
        // Of experts that are not replayed, as many as begin in the share.
        owned += Math.min(Math.ceil((this.#elements / rules.ranks - offset) / elements), inLayer) * elements
      }
      offset += inLayer * elements
    }
    this.#ownedElements = rules.stage === 3 ? this.#elements / rules.ranks : owned
  }

  /**
   * Called when a parameter has its gradient.
   *
   * @returns whether the gradient is freed
   */
  arrived(leaf: Leaf): boolean {
    const { bucketSize } = this.#rules
    this.#makeBuckets()
    if (this.#reducesLate) return false
    if (this.#filled > 0 && this.#filled + leaf.elements > bucketSize) this.#reduce()
    const isBucketed = leaf.elements <= bucketSize
    this.#ledger.observe('copy_')
    this.#filled += leaf.elements
    this.#hasOwned ||= this.#owned.has(leaf)
    if (!isBucketed) this.#reduce()
    else if (all(leaf) > bucketSize) this.#reduce()
    return true
  }

  /**
   * After backward: reduces what is in the bucket, or in stage 1 all gradients.
   *
   * @param isLast - whether the step follows, not another micro-batch. Until then stage 1 keeps all gradients and its bucket.
   */
  endBackward(isLast: boolean): void {
    if (this.#reducesLate && !isLast) return
    if (this.#reducesLate) this.#reduceAll()
    else if (this.#filled > 0) this.#reduce()
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
    this.#ledger.observe('linalg_vector_norm', FLOAT64_BYTES * this.#largestPart)
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

  /** Stage 1 reduces after backward, unless it is to overlap. */
  get #reducesLate(): boolean {
    return this.#rules.stage === 1 && !this.#rules.overlaps
  }

  #makeBuckets(): void {
    const { stage, bucketSize, overlaps } = this.#rules
    // Stage 3 makes its bucket when training begins.
    if (stage === 3 || this.#bucket) return
    this.#bucket = this.#ledger.allocateOnce(bucketSize * (overlaps ? 2 : 1) * this.#width, this.#ledger.part)
    this.#ledger.observe('empty')
  }

  /** Flattens the bucket, reduces it, and copies the share out of it. */
  #reduce(): void {
    const { stage, reducedWidth } = this.#rules
    const filled = Math.min(this.#filled, Math.max(this.#rules.bucketSize, 1))
    const flat = this.#ledger.allocate(filled * this.#width)
    this.#ledger.observe('cat')
    const copy = reducedWidth && reducedWidth !== this.#width ? this.#ledger.allocate(filled * reducedWidth) : undefined
    if (copy) this.#ledger.observe('_to_copy')
    this.#ledger.observe(stage === 3 ? 'reduce_scatter_' : 'allreduce_')
    if (copy) this.#ledger.release(copy)
    this.#ledger.release(flat)
    this.#filled = 0
    if (this.#hasOwned) this.#keepShare()
  }

  /** Stage 1: the buckets are filled one after another, from the first parameter on. */
  #reduceAll(): void {
    const { bucketSize } = this.#rules
    let filled = 0
    let isFirst = true
    for (const leaf of this.#leaves) {
      const { gradient } = leaf
      if (!gradient) continue
      if (isFirst && filled > 0 && filled + all(leaf) > bucketSize) {
        this.#keepShare()
        isFirst = false
      }
      filled += all(leaf)
      if (isFirst && leaf.elements > bucketSize) {
        this.#keepShare()
        isFirst = false
      }
      const parts = emptyParts()
      parts[gradient.part] = gradient.bytes
      this.#ledger.release(gradient)
      if (leaf.alike) this.#ledger.shift(parts, -leaf.alike)
      delete leaf.gradient
    }
    if (isFirst) {
      const flat = this.#ledger.allocate(Math.min(filled, bucketSize) * this.#width)
      this.#ledger.observe('cat')
      this.#ledger.release(flat)
      this.#keepShare()
    }
  }

  #keepShare(): void {
    const { stage, offloads } = this.#rules
    if (stage === 3 || offloads || this.#share) return
    this.#share = this.#ledger.allocateOnce(this.#ownedElements * this.#width, 'gradients')
    this.#ledger.observe('empty')
  }
}

const FLOAT64_BYTES = 8

function all({ elements, alike = 0 }: Leaf): number {
  return elements * (1 + alike)
}
