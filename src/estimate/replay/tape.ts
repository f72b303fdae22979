import { elementwise, isContiguous, type Layout, sizeOf } from './arrays/layout.js'
import { type ComputeDtype, DTYPE_BYTES } from './dtype.js'
import type { Backward, Frame, Gradient, Held, LaidOut, Leaf, Node, Offloaded, Tensor } from './graph.js'
import { MemoryLedger, type MemoryPart, type Storage } from './memory-ledger.js'

export type { Backward, Gradient, LaidOut, Leaf, Node, Tensor } from './graph.js'

/** The recomputation of a checkpointed layer: what it has saved, and what it references. */
interface SecondRun {
  readonly frame: Frame
  readonly made: (Storage | undefined)[]
  readonly names: Storage[]
  products: number
}

/** Stops the recomputation of a checkpointed layer at the last saved tensor, like torch. */
class EarlyStop extends Error {}

/**
 * Replays a training step like autograd, on tensors that have sizes but no contents. Each operation allocates what it returns
 * and saves what its backward needs. The ledger records every allocation and every free.
 */
export class Tape {
  readonly ledger = new MemoryLedger()
  /** Whether saved activations are on the CPU between forward and backward. */
  offloads = false
  /** Runs when a parameter has its gradient, and says whether it is freed then. */
  onGradient: ((leaf: Leaf) => boolean) | undefined
  readonly #nodes: Node[] = []
  #recording: Frame | undefined
  #again: SecondRun | undefined
  #runs = 0
  #gradients = true

  /** Identifies a run of the code. What is cached in one run, such as autocast copies, does not exist in the next. */
  get run(): number {
    return this.#runs
  }

  /** Whether what operations save is dropped: a checkpointed layer runs for the first time. */
  get dropsSaved(): boolean {
    return this.#recording !== undefined && this.#again === undefined
  }

  /** Runs without recording, as under `torch.no_grad()`. */
  withoutGradients<Result>(run: () => Result): Result {
    const before = this.#gradients
    this.#gradients = false
    const result = run()
    this.#gradients = before
    return result
  }

  /** A tensor with a new storage. */
  tensor(elements: number, dtype: ComputeDtype, operation: string, part?: MemoryPart): Tensor {
    const kept =
      this.#again?.frame.results && isResultKept(operation, this.#again) ? this.#again.frame.results : undefined
    const storage = kept?.shift() ?? this.ledger.allocate(elements * DTYPE_BYTES[dtype], part)
    this.#again?.names.push(storage)
    this.ledger.observe(operation)
    if (this.#recording?.results && isResultKept(operation, this.#recording)) {
      this.#recording.results.push(this.ledger.retain(storage))
    }
    return { elements, dtype, storage }
  }

  /** The same tensor with gradients: `requires_grad_()` on a tensor that does not depend on a trained parameter. */
  requireGradient(tensor: Tensor): Tensor {
    if (tensor.grad || !this.#gradients) return tensor
    const { elements, dtype } = tensor
    const variable = this.ledger.retain(tensor.storage)
    return { ...tensor, grad: { kind: 'leaf', shape: [elements], elements, dtype, expected: 0, variable } }
  }

  /** A second reference to the same tensor, or a view of it. */
  alias(tensor: Tensor): Tensor {
    this.ledger.retain(tensor.storage)
    this.#again?.names.push(tensor.storage)
    return tensor
  }

  /** A second reference to a tensor, with a callback that runs in backward. */
  marker(tensor: Tensor, passing: (gradient: Storage) => void): Tensor {
    return this.record(
      [tensor],
      {},
      () => ({ ...this.alias(tensor) }),
      (gradient, _, layout) => {
        passing(gradient)
        const storage = this.ledger.retain(gradient)
        return [layout ? { storage, layout, dtype: tensor.dtype } : storage]
      },
    )
  }

  /** Drops a reference. */
  free(...tensors: Tensor[]): void {
    for (const { storage } of tensors) {
      this.ledger.release(storage)
      if (this.#again) this.#again.names.splice(this.#again.names.lastIndexOf(storage), 1)
    }
  }

  /**
   * Runs an operation: `make` allocates its output. It is recorded if an input needs a gradient.
   *
   * @param saves - what backward needs: inputs are saved before the kernel runs, outputs after it. `attributes` are references that
   * an `autograd.Function` keeps as attributes of its context: checkpointing does not drop them.
   */
  record(
    inputs: readonly (Tensor | undefined)[],
    saves: {
      readonly before?: readonly Tensor[]
      readonly after?: (output: Tensor) => readonly Storage[]
      readonly attributes?: readonly Tensor[]
    },
    make: () => Tensor,
    backward: Backward,
  ): Tensor {
    const edges = inputs.map((input) => input?.grad)
    if (!this.#gradients || edges.every((edge) => edge === undefined)) return make()
    const saved = (saves.before ?? []).map(({ storage }) => this.#save(storage))
    const attributes = this.#keep(saves.attributes ?? [])
    const output = make()
    for (const storage of saves.after?.(output) ?? []) saved.push(this.#save(storage))
    if (this.#again) return { ...output, grad: PLACEHOLDER }
    const node: Node = {
      kind: 'node',
      inputs: edges,
      saved,
      attributes,
      backward,
      ...(this.#recording && { frame: this.#recording }),
    }
    for (const edge of edges) if (edge?.kind === 'leaf') edge.expected += 1
    this.#nodes.push(node)
    return { ...output, grad: node }
  }

  /** A layer that is checkpointed reentrantly runs without gradients the first time, so that nothing is kept then. */
  #keep(attributes: readonly Tensor[]): Storage[] {
    if (this.#recording?.isReentrant) return []
    const kept = attributes.map(({ storage }) => this.ledger.retain(storage))
    this.#again?.names.push(...kept)
    return this.#again ? [] : kept
  }

  #save(storage: Storage): Storage | Held | Offloaded {
    if (this.#again) {
      const { frame, made } = this.#again
      made.push(this.ledger.retain(storage))
      if (made.length === frame.count && !frame.isReentrant) throw new EarlyStop()
      return storage
    }
    if (!this.#recording && this.offloads && storage.part === 'activations') return { offloaded: storage.bytes }
    if (!this.#recording) return this.ledger.retain(storage)
    const held = { frame: this.#recording, index: this.#recording.count }
    this.#recording.count += 1
    this.#recording.open += 1
    return held
  }

  /**
   * Runs a layer whose saved tensors are not kept but recomputed in backward (`torch.utils.checkpoint`). Non-reentrant
   * checkpointing stops the recomputation at the last tensor that is needed. The reentrant kind runs the whole layer as soon as its
   * gradient arrives, and holds output and gradient until it is done (`CheckpointFunction.backward`).
   */
  checkpoint(
    inputs: readonly Tensor[],
    layer: () => Tensor,
    { isSelective = false, isReentrant = false } = {},
  ): Tensor {
    const run = (): void => {
      const output = layer()
      if (isReentrant) frame.inputs.push(this.ledger.retain(output.storage))
      this.free(output)
    }
    const isOffloaded = ({ storage }: Tensor) => this.offloads && storage.part === 'activations'
    const frame: Frame = {
      run,
      inputs: inputs.filter((input) => !isOffloaded(input)).map(({ storage }) => this.ledger.retain(storage)),
      offloaded: inputs.filter(isOffloaded).map(({ storage }) => storage.bytes),
      count: 0,
      open: 0,
      isReentrant,
      ...(isSelective && { results: [], products: 0 }),
    }
    this.#recording = frame
    const output = layer()
    this.#recording = undefined
    if (frame.count === 0) this.#close(frame)
    if (!isReentrant || frame.count === 0) return output
    const marked = this.marker(output, (gradient) => {
      frame.inputs.push(this.ledger.retain(gradient))
      frame.again ??= this.#runAgain(frame)
    })
    this.free(output)
    return marked
  }

  /** The backward pass: operations in reverse order, like autograd's engine. */
  backward(loss: Tensor): void {
    this.ledger.phase = 'backward'
    const { grad } = loss
    if (grad?.kind === 'node') grad.pending = this.tensor(1, loss.dtype, 'ones_like').storage
    this.free(loss)
    for (let node = this.#nodes.pop(); node !== undefined; node = this.#nodes.pop()) {
      if (node.pending === undefined) this.#release(node)
      else this.#runBackward(node, node.pending)
    }
  }

  #runBackward(node: Node, pending: Gradient): void {
    delete node.pending
    const gradient = storageOf(pending)
    const unpacked: Storage[] = []
    for (const [index, saved] of node.saved.entries()) {
      const storage = 'frame' in saved ? this.#unpack(saved) : 'offloaded' in saved ? this.#loaded(saved) : saved
      node.saved[index] = storage
      unpacked.push(storage)
    }
    const made = node.backward(gradient, unpacked, layoutOf(pending))
    // What non-reentrant checkpointing has recomputed is referenced by the operation alone; otherwise its node keeps it.
    const isRecomputed = node.frame !== undefined && !node.frame.isReentrant
    if (isRecomputed) this.#release(node)
    const gradients = made.map((one) => (typeof one === 'function' ? one() : one))
    if (!isRecomputed) this.#release(node)
    this.ledger.release(gradient)
    for (const [index, one] of gradients.entries()) {
      const edge = node.inputs[index]
      if (one === undefined) continue
      if (edge === undefined) this.ledger.release(storageOf(one))
      else this.#accumulate(edge, one)
    }
  }

  #loaded({ offloaded }: Offloaded): Storage {
    const storage = this.ledger.allocate(offloaded)
    this.ledger.observe('_to_copy')
    return storage
  }

  #unpack({ frame, index }: Held): Storage {
    frame.again ??= this.#runAgain(frame)
    const storage = frame.again[index]
    if (!storage) throw new Error('a checkpointed layer saved other tensors the second time')
    frame.again[index] = undefined
    return storage
  }

  /** Frees what is still referenced when the run stops early, as an exception frees the locals of its frames. */
  #runAgain(frame: Frame): (Storage | undefined)[] {
    const again: SecondRun = { frame, made: [], names: [], products: 0 }
    for (const bytes of frame.offloaded) frame.inputs.push(this.#loaded({ offloaded: bytes }))
    this.#again = again
    this.#runs += 1
    try {
      frame.run()
    } catch (stop) {
      if (!(stop instanceof EarlyStop)) throw stop
    }
    this.#again = undefined
    this.#runs += 1
    for (const storage of again.names) this.ledger.release(storage)
    return again.made
  }

  #release(node: Node): void {
    for (const storage of node.attributes) this.ledger.release(storage)
    for (const saved of node.saved) {
      if ('frame' in saved) {
        const made = saved.frame.again?.[saved.index]
        if (made) this.ledger.release(made)
      } else if (!('offloaded' in saved)) this.ledger.release(saved)
      if (node.frame) {
        node.frame.open -= 1
        if (node.frame.open === 0) this.#close(node.frame)
      }
    }
  }

  #close(frame: Frame): void {
    for (const storage of frame.inputs) this.ledger.release(storage)
    for (const storage of frame.results?.splice(0) ?? []) this.ledger.release(storage)
  }

  /** A second gradient is added, in general into a new tensor. A parameter gets its gradient when the last one has arrived. */
  #accumulate(target: Node | Leaf, gradient: Gradient): void {
    const { pending } = target
    if (pending === undefined) target.pending = gradient
    else if (target.kind === 'leaf' && target.addsInPlace) this.ledger.release(storageOf(gradient))
    else {
      target.pending = this.#sum(pending, gradient)
      this.ledger.release(storageOf(pending))
      this.ledger.release(storageOf(gradient))
    }
    if (target.kind === 'leaf') {
      target.expected -= 1
      if (target.expected === 0) this.#take(target)
    }
  }

  #sum(first: Gradient, second: Gradient): Gradient {
    const laidOut = 'layout' in first ? first : 'layout' in second ? second : undefined
    const storage = this.ledger.allocate(laidOut ? bytesOf(laidOut) : storageOf(first).bytes)
    this.ledger.observe('add')
    const [one, other] = [layoutOf(first), layoutOf(second)]
    if (!laidOut || !one || !other) return storage
    return { storage, layout: elementwise(one, other), dtype: laidOut.dtype }
  }

  /** A parameter takes its gradient as it is, or a copy in its own memory order. */
  #take(leaf: Leaf): void {
    if (!leaf.pending) return
    const pending = this.#inOrder(leaf.pending)
    delete leaf.pending
    if (leaf.isSharded) leaf.unreduced = pending
    else if (leaf.gradient || leaf.variable) this.ledger.release(pending)
    else {
      leaf.gradient = this.#reduced(pending, leaf)
      this.ledger.rebook(leaf.gradient, 'gradients')
    }
    if (leaf.gradient && this.onGradient?.(leaf)) {
      this.ledger.release(leaf.gradient)
      delete leaf.gradient
    }
    this.ledger.observe('accumulate_grad')
    if (leaf.variable) this.ledger.release(leaf.variable)
  }

  /** The share of a gradient that is reduced on its own. */
  #reduced(gradient: Storage, { sharedBy = 1 }: Leaf): Storage {
    if (sharedBy === 1) return gradient
    const share = this.ledger.allocate(gradient.bytes / sharedBy)
    this.ledger.observe('reduce_scatter')
    this.ledger.release(gradient)
    return share
  }

  #inOrder(gradient: Gradient): Storage {
    if (!('layout' in gradient)) return gradient
    const { storage, layout } = gradient
    if (isContiguous(layout)) return storage
    const copy = this.ledger.allocate(bytesOf(gradient))
    this.ledger.observe('clone')
    this.ledger.release(storage)
    return copy
  }
}

function storageOf(gradient: Gradient): Storage {
  return 'layout' in gradient ? gradient.storage : gradient
}

function layoutOf(gradient: Gradient): Layout | undefined {
  return 'layout' in gradient ? gradient.layout : undefined
}

function bytesOf({ layout, dtype }: LaidOut): number {
  return sizeOf(layout.shape) * DTYPE_BYTES[dtype]
}

/** Marks what a recomputation makes: backward never runs on it. */
const PLACEHOLDER: Node = { kind: 'node', inputs: [], saved: [], attributes: [], backward: () => [] }

/**
 * Whether selective recomputation keeps a result (torchtitan 0.3, `_get_custom_policy` in `activation_checkpoint.py`): attention, and
 * products of matrices, of those without a bias or a batch every second one.
 */
function isResultKept(operation: string, run: { products?: number }): boolean {
  if (operation.startsWith('_scaled_dot_product')) return !operation.endsWith('backward')
  if (operation === 'addmm' || operation === 'bmm') return true
  if (operation !== 'mm') return false
  run.products = (run.products ?? 0) + 1
  return run.products % 2 === 1
}
