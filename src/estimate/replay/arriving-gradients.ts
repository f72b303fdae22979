import { elementwise, isContiguous, isDense, type Layout, sizeOf } from './arrays/layout.js'
import { DTYPE_BYTES } from './dtype.js'
import type { Gradient, LaidOut, Leaf, Node } from './graph.js'
import type { MemoryLedger, Storage } from './memory-ledger.js'

/** Gradients on their way to operations and parameters, which sum those that arrive. */
export class ArrivingGradients {
  /** Runs when a parameter has its gradient, and says whether it is freed then. */
  onGradient: ((leaf: Leaf) => boolean) | undefined
  /** Keeps a gradient that is reduced later, together with those of other micro-batches. */
  onUnreduced: ((leaf: Leaf, gradient: Storage) => void) | undefined
  /** How much wider a gradient becomes that is a sum over tensor-parallel ranks, until FSDP reduces it. */
  summedWidth = 1
  /** Whether gradients that are reduced on their own are, in this micro-batch. */
  isReducing = true
  readonly #ledger: MemoryLedger
  readonly #kept: Storage[] = []

  constructor(ledger: MemoryLedger) {
    this.#ledger = ledger
  }

  /** A second gradient is added, in general into a new tensor. A parameter gets its gradient when the last one has arrived. */
  accumulate(target: Node | Leaf, arrived: Gradient): void {
    const isWide = target.kind === 'leaf' && target.arrivesWide && this.onUnreduced && this.summedWidth > 1
    const gradient = isWide ? this.#widened(storageOf(arrived)) : arrived
    const { pending } = target
    if (pending === undefined) target.pending = gradient
    else if (target.addsInPlace) this.#ledger.release(storageOf(gradient))
    else {
      target.pending = this.#sum(pending, gradient)
      this.#ledger.release(storageOf(pending))
      this.#ledger.release(storageOf(gradient))
    }
    if (target.kind === 'leaf') {
      target.expected -= 1
      if (target.expected === 0) this.#take(target)
    }
  }

  #sum(first: Gradient, second: Gradient): Gradient {
    const laidOut = 'layout' in first ? first : 'layout' in second ? second : undefined
    const storage = this.#ledger.allocate(laidOut ? bytesOf(laidOut) : storageOf(first).bytes)
    this.#ledger.observe('add', 0, isAddedTo(first) ? -storage.bytes : 0)
    storage.isResult = true
    const [one, other] = [layoutOf(first), layoutOf(second)]
    if (!laidOut || !one || !other) return storage
    return { storage, layout: elementwise(one, other), dtype: laidOut.dtype }
  }

  /** A parameter takes its gradient as it is, or a copy in its own memory order. */
  #take(leaf: Leaf): void {
    if (!leaf.pending) return
    const pending = this.#inOrder(leaf.pending)
    delete leaf.pending
    if (leaf.isSharded && this.onUnreduced) this.onUnreduced(leaf, pending)
    else if (leaf.isSharded || (leaf.sharedBy && !this.isReducing)) this.#addUnreduced(leaf, pending)
    else if (leaf.variable) this.#kept.push(pending, leaf.variable)
    else if (leaf.gradient) this.#ledger.release(pending)
    else {
      leaf.gradient = this.#reduced(this.#withEarlier(leaf, pending), leaf)
      this.#ledger.rebook(leaf.gradient, 'gradients')
    }
    if (leaf.gradient && this.onGradient?.(leaf)) {
      this.#ledger.release(leaf.gradient)
      delete leaf.gradient
    }
    this.#ledger.observe('accumulate_grad')
  }

  /** Tensors that are no parameters live, with their gradients, as long as the graph. */
  endBackward(): void {
    for (const storage of this.#kept.splice(0)) this.#ledger.release(storage)
  }

  /** Adds to what is not reduced yet, in place. */
  #addUnreduced(leaf: Leaf, gradient: Storage): void {
    if (leaf.unreduced) this.#ledger.release(gradient)
    else {
      leaf.unreduced = leaf.isSummed && this.summedWidth > 1 ? this.#widened(gradient) : gradient
      this.#ledger.ownByLayer(leaf.unreduced)
    }
  }

  #widened(gradient: Storage): Storage {
    const wide = this.#ledger.allocate(gradient.bytes * this.summedWidth)
    this.#ledger.observe('_to_copy')
    this.#ledger.release(gradient)
    return wide
  }

  #withEarlier(leaf: Leaf, gradient: Storage): Storage {
    const { unreduced } = leaf
    if (!unreduced) return gradient
    this.#ledger.release(gradient)
    delete leaf.unreduced
    return unreduced
  }

  /** The share of a gradient that is reduced on its own. */
  #reduced(gradient: Storage, { sharedBy = 1 }: Leaf): Storage {
    if (sharedBy === 1) return gradient
    const share = this.#ledger.allocate(gradient.bytes / sharedBy)
    this.#ledger.observe('reduce_scatter')
    this.#ledger.release(gradient)
    return share
  }

  #inOrder(gradient: Gradient): Storage {
    if (!('layout' in gradient)) return gradient
    const { storage, layout } = gradient
    if (isContiguous(layout)) return storage
    const copy = this.#ledger.allocate(bytesOf(gradient))
    this.#ledger.observe('clone')
    this.#ledger.release(storage)
    return copy
  }
}

/** The storage of a gradient. */
export function storageOf(gradient: Gradient): Storage {
  return 'layout' in gradient ? gradient.storage : gradient
}

/** The layout of a gradient; absent if it is contiguous. */
export function layoutOf(gradient: Gradient): Layout | undefined {
  return 'layout' in gradient ? gradient.layout : undefined
}

/**
 * Whether the engine adds a second gradient to this one in place on a GPU: nothing else refers to it, it is no view, and it has no gaps
 * (`can_accumulate_inplace` in torch's input_buffer.cpp). The tensors without contents that recordings are made of get a new sum.
 */
function isAddedTo(gradient: Gradient): boolean {
  const { references, isResult } = storageOf(gradient)
  const layout = layoutOf(gradient)
  return isResult && references === 1 && (!layout || isDense(layout))
}

function bytesOf({ layout, dtype }: LaidOut): number {
  return sizeOf(layout.shape) * DTYPE_BYTES[dtype]
}
