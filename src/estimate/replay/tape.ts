import { ArrivingGradients, layoutOf, storageOf } from './arriving-gradients.js'
import { Attributes } from './attributes.js'
import { type ComputeDtype, DTYPE_BYTES } from './dtype.js'
import type { Backward, Frame, Gradient, Node, Tensor } from './graph.js'
import { MemoryLedger, type MemoryPart, type Storage } from './memory-ledger.js'
import { SavedTensors } from './saved-tensors.js'

export type { Backward, Gradient, LaidOut, Leaf, Node, Tensor } from './graph.js'

/**
 * Replays a training step like autograd, on tensors that have sizes but no contents. Each operation allocates what it returns
 * and saves what its backward needs. The ledger records every allocation and every free.
 */
export class Tape {
  readonly ledger: MemoryLedger
  /** Whether what a loop would only repeat is left out (see `foldedLoop`). */
  folds = true
  readonly gradients: ArrivingGradients
  readonly saved: SavedTensors
  readonly #nodes: (Node | (() => void))[] = []
  /** What the functions of reentrant checkpoints hold until the graph is freed. */
  readonly keywords: Attributes
  /** What functions held as attributes when the last backward was done: who holds the loss holds it too. */
  heldByGraph = 0
  #gradients = true
  #scratch = 0
  /** What operations have saved that nothing will read. */
  #unread: { readonly holds: boolean; readonly held: Storage[] } | undefined

  constructor(ledger = new MemoryLedger()) {
    this.ledger = ledger
    this.gradients = new ArrivingGradients(ledger)
    this.saved = new SavedTensors(ledger)
    this.keywords = new Attributes(ledger)
  }

  /** Identifies a run of the code. What is cached in one run, such as autocast copies, does not exist in the next. */
  get run(): number {
    return this.saved.run
  }

  /** Whether what operations save is dropped: a checkpointed layer runs for the first time. */
  get dropsSaved(): boolean {
    return this.saved.recording !== undefined && !this.saved.isSecondRun
  }

  /** Whether the code runs in the forward pass, and not again in backward. */
  get isFirstRun(): boolean {
    return !this.saved.isSecondRun
  }

  /** Whether operations are recorded for backward. */
  get records(): boolean {
    return this.#gradients
  }

  /** Whether a layer runs for the first time that is checkpointed reentrantly, which is without gradients. */
  get reenters(): boolean {
    return this.saved.recording?.isReentrant === true && !this.saved.isSecondRun
  }

  /** Whether backward follows what runs now. */
  get hasBackward(): boolean {
    return this.#gradients
  }

  /** Runs without recording, as under `torch.no_grad()`. */
  withoutGradients<Result>(run: () => Result): Result {
    const before = this.#gradients
    this.#gradients = false
    const result = run()
    this.#gradients = before
    return result
  }

  /**
   * Runs what nothing of reaches backward, as only whole numbers come out of it: what its operations save lives until it is done. The first run
   * of a checkpointed layer saves nothing.
   */
  unread<Result>(run: () => Result): Result {
    if (!this.#gradients) return run()
    const held: Storage[] = []
    this.#unread = { holds: !this.dropsSaved, held }
    const result = run()
    this.#unread = undefined
    for (const storage of held) this.ledger.release(storage)
    return result
  }

  /**
   * A tensor with a new storage.
   *
   * @param withinBytes - what CUDA's kernel holds within itself
   */
  tensor(elements: number, dtype: ComputeDtype, operation: string, part?: MemoryPart, withinBytes = 0): Tensor {
    const { saved } = this
    const storage = saved.keptResult(operation) ?? this.ledger.allocate(elements * DTYPE_BYTES[dtype], part)
    saved.named(storage)
    this.ledger.observe(operation, 0, withinBytes)
    saved.keepResult(operation, storage)
    return { elements, dtype, storage }
  }

  /** Memory that is kept from the first step on, as large as the largest request. */
  scratch(bytes: number): void {
    if (bytes <= this.#scratch) return
    this.ledger.allocateFromStart(bytes - this.#scratch, 'buffers')
    this.#scratch = bytes
  }

  /** The same tensor with gradients: `requires_grad_()` on a tensor that does not depend on a trained parameter. */
  requireGradient(tensor: Tensor): Tensor {
    if (tensor.grad || !this.#gradients) return tensor
    // The graph of a layer that runs again holds it until the run ends.
    if (this.saved.isSecondRun) return { ...this.alias(tensor), grad: PLACEHOLDER }
    const { elements, dtype } = tensor
    const variable = this.ledger.retain(tensor.storage)
    return { ...tensor, grad: { kind: 'leaf', shape: [elements], elements, dtype, expected: 0, variable } }
  }

  /** A second reference to the same tensor, or a view of it. */
  alias(tensor: Tensor): Tensor {
    this.ledger.retain(tensor.storage)
    this.saved.named(tensor.storage)
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

  /** A place between operations: the callback runs when backward comes back to it. */
  mark(passing: () => void): void {
    if (this.#gradients && !this.saved.isSecondRun) this.#nodes.push(passing)
  }

  /** Drops a reference. */
  free(...tensors: Tensor[]): void {
    for (const { storage } of tensors) {
      this.ledger.release(storage)
      this.saved.unnamed(storage)
    }
  }

  /**
   * Runs an operation: `make` allocates its output. It is recorded if an input needs a gradient.
   *
   * @param saves - what backward needs: inputs are saved before the kernel runs, outputs after it. `attributes` are references that
   * an `autograd.Function` keeps as attributes of its context: checkpointing does not drop them.
   */
  record(inputs: readonly (Tensor | undefined)[], saves: Saves, make: () => Tensor, backward: Backward): Tensor {
    let output: Tensor | undefined
    const keep = (): Tensor => {
      output = make()
      return output
    }
    const grad = this.follow(inputs, saves, keep, backward)
    if (!output) throw new Error('an operation makes its output')
    return grad ? { ...output, grad } : output
  }

  /** The same, for what makes its output by itself: where the gradient of the output goes; absent if it has none. */
  follow(
    inputs: readonly (Tensor | undefined)[],
    saves: Saves,
    make: () => Tensor,
    backward: Backward,
  ): Node | undefined {
    if (!this.#gradients || !inputs.some(hasGradient)) {
      make()
      return undefined
    }
    if (this.#unread) return this.#runUnread(this.#unread, saves, make)
    const saved: Node['saved'] = []
    if (saves.before) for (const { storage } of saves.before) saved.push(this.saved.save(storage))
    if (saves.attributes) this.saved.keep(saves.attributes)
    const output = make()
    if (saves.after) for (const storage of saves.after(output)) saved.push(this.saved.save(storage))
    if (this.saved.isSecondRun) return PLACEHOLDER
    const edges = inputs.map(gradientOf)
    const { castsWithin = false, arrivesFirst } = saves
    const frame = this.saved.recording
    const node: Node = { kind: 'node', inputs: edges, saved, backward, frame, castsWithin, arrivesFirst }
    for (const edge of edges) if (edge?.kind === 'leaf') edge.expected += 1
    this.#nodes.push(node)
    return node
  }

  #runUnread(
    { holds, held }: { readonly holds: boolean; readonly held: Storage[] },
    saves: Saves,
    make: () => Tensor,
  ): Node {
    if (holds) for (const { storage } of saves.before ?? []) held.push(this.ledger.retain(storage))
    const output = make()
    if (holds) for (const storage of saves.after?.(output) ?? []) held.push(this.ledger.retain(storage))
    return PLACEHOLDER
  }

  /**
   * Runs a layer whose saved tensors are not kept but recomputed in backward (`torch.utils.checkpoint`). Non-reentrant
   * checkpointing stops the recomputation at the last tensor that is needed. The reentrant kind runs the whole layer as soon as its
   * gradient arrives, and holds output and gradient until it is done (`CheckpointFunction.backward`). It takes no keyword arguments:
   * transformers binds them to the function, which the graph holds until all of backward is done. `closes` is called when backward is
   * done with the layer.
   */
  checkpoint(
    inputs: readonly Tensor[],
    layer: () => Tensor,
    {
      keywords = [],
      alsoReturned = () => [],
      alsoKept = () => [],
      isSelective = false,
      isReentrant = false,
      isLast = false,
      closes = () => {},
      behindBackward,
    }: CheckpointOptions = {},
  ): Tensor {
    const run = (): void => {
      const output = layer()
      if (isReentrant)
        frame.inputs.push(
          ...[output, ...alsoReturned(), ...alsoKept()].map(({ storage }) => this.ledger.retain(storage)),
        )
      this.free(output)
    }
    const [stream] = inputs
    const staged = this.saved.stages && !isLast && stream && isStaged(stream) ? stream : undefined
    const frame: Frame = {
      run,
      staged: staged?.storage,
      inputs: isReentrant ? [] : keywords.map(({ storage }) => this.ledger.retain(storage)),
      offloaded: [],
      count: 0,
      open: 0,
      isReentrant,
      closes,
      ...(isSelective && { results: [], products: 0 }),
    }
    this.saved.saveInputs(frame, staged ? inputs.filter((input) => input !== staged) : inputs)
    // `CheckpointFunction.backward` holds what it was given and what it has computed until its own backward is done.
    if (isReentrant)
      this.mark(() => {
        if (frame.count === 0) return
        behindBackward?.()
        this.saved.close(frame)
      })
    this.saved.recording = frame
    const output = layer()
    const others = isReentrant ? alsoReturned().map(({ elements, dtype, grad }) => ({ elements, dtype, grad })) : []
    const kept = isReentrant ? alsoKept() : []
    this.saved.recording = undefined
    if (frame.count === 0) this.saved.close(frame)
    if (!isReentrant || frame.count === 0) return output
    this.keywords.keep(keywords.map(({ storage }) => storage))
    const marked = this.marker(output, (gradient) => {
      frame.inputs.push(this.ledger.retain(gradient))
      for (const { grad } of kept) if (grad?.pending) frame.inputs.push(this.ledger.retain(storageOf(grad.pending)))
      // Autograd hands zeros to a function for outputs that nothing depends on (`materialize_grads`).
      for (const { elements, dtype, grad } of others) {
        if (!grad) continue
        const { storage } = this.tensor(elements, dtype, 'zeros')
        frame.inputs.push(this.ledger.retain(storage))
        this.gradients.accumulate(grad, storage)
      }
      frame.again ??= this.saved.runAgain(frame)
    })
    this.free(output)
    return marked
  }

  /**
   * The backward pass of a loss, or of what a gradient was received for: operations in reverse order, like autograd's engine.
   *
   * @param options - whether the caller references the gradient of the loss until all is done
   */
  backward(loss: Tensor, { keepsGradient = false } = {}): void {
    this.ledger.phase = 'backward'
    const { grad } = loss
    const first = grad?.kind === 'node' ? this.tensor(loss.elements, loss.dtype, 'ones_like').storage : undefined
    if (grad?.kind === 'node' && first) grad.pending = first
    const kept = keepsGradient && first ? this.ledger.retain(first) : undefined
    this.free(loss)
    for (let node = this.#nodes.pop(); node !== undefined; node = this.#nodes.pop()) {
      if (typeof node === 'function') node()
      else if (node.pending === undefined) this.saved.release(node)
      else this.#runBackward(node, node.pending)
    }
    this.ledger.settle()
    this.gradients.endBackward()
    this.heldByGraph = this.saved.attributes.bytesSince(-1)
    this.saved.endBackward()
    this.keywords.free()
    if (kept) this.ledger.release(kept)
  }

  /**
   * Runs things one after another, and backward of each at once, as far as what was there before: a parameter gets its gradient each time.
   *
   * @param parameter - one that they read
   * @param used - what was made of it before, such as the copy of autocast
   * @param then - called after each
   */
  backwardOfEach(
    runs: readonly (() => Tensor)[],
    { grad: leaf }: Tensor,
    { grad: copy }: Tensor,
    then: () => void,
  ): void {
    const others = leaf?.kind === 'leaf' ? leaf.expected - (copy?.kind === 'node' ? 1 : 0) : 0
    // What a run finds in the cache of autocast is not recorded again.
    const cached = copy?.kind === 'node' ? [copy] : []
    for (const run of runs) {
      if (leaf?.kind === 'leaf') leaf.expected = 0
      const outside = this.#nodes.length
      const loss = run()
      if (loss.grad?.kind === 'node') loss.grad.pending = this.tensor(loss.elements, loss.dtype, 'ones_like').storage
      while (this.#nodes.length > outside) {
        const node = this.#nodes.pop()
        if (typeof node === 'function') node()
        else if (node?.pending) {
          if (node.saved.length === 0) cached.push(node)
          this.#runBackward(node, node.pending)
        } else if (node) this.saved.release(node)
      }
      for (const node of cached) {
        if (!node.pending) continue
        for (const edge of node.inputs) if (edge?.kind === 'leaf') edge.expected = 1
        this.#runBackward(node, node.pending)
      }
      then()
      this.free(loss)
    }
    if (leaf?.kind === 'leaf') leaf.expected = others
  }

  #runBackward(node: Node, pending: Gradient): void {
    delete node.pending
    const gradient = storageOf(pending)
    // What non-reentrant checkpointing has recomputed is referenced by the operation alone; otherwise its node keeps it.
    const isRecomputed = node.frame !== undefined && !node.frame.isReentrant
    const forget = (index: number): void => {
      if (isRecomputed) this.saved.forget(node, index)
    }
    const made = node.backward(gradient, this.saved.unpack(node), layoutOf(pending), forget)
    if (isRecomputed) this.saved.release(node)
    const gradients = made.map(converted)
    if (!isRecomputed) this.saved.release(node)
    this.saved.offloading?.endOperation()
    const isHeld = node.castsWithin && this.gradients.onUnreduced
    if (!isHeld) this.ledger.release(gradient)
    const order = [...gradients.keys()]
    if (node.arrivesFirst !== undefined) order.unshift(...order.splice(node.arrivesFirst, 1))
    for (const index of order) {
      const one = gradients[index]
      const edge = node.inputs[index]
      if (one === undefined) continue
      if (edge === undefined) this.ledger.release(storageOf(one))
      else this.gradients.accumulate(edge, one)
    }
    if (isHeld) this.ledger.release(gradient)
  }
}

function hasGradient(tensor: Tensor | undefined): boolean {
  return tensor?.grad !== undefined
}

function gradientOf(tensor: Tensor | undefined): Tensor['grad'] {
  return tensor?.grad
}

/** A gradient that the engine converts when the operation is done. */
function converted(made: Gradient | (() => Gradient) | undefined): Gradient | undefined {
  return typeof made === 'function' ? made() : made
}

/** What an operation saves for its backward: inputs before its kernel runs, outputs after it. */
interface Saves {
  readonly before?: readonly Tensor[]
  readonly after?: (output: Tensor) => readonly Storage[]
  readonly attributes?: readonly Tensor[]
  readonly castsWithin?: boolean
  /** The place of the parameter whose gradient arrives first: autograd takes what is a leaf ahead of operations. Default: in order. */
  readonly arrivesFirst?: number
}

/** How a layer is recomputed. */
interface CheckpointOptions {
  /** What the layer gets by keyword. */
  readonly keywords?: readonly Tensor[]
  /** What the layer returns beside its output, when it has run again. */
  readonly alsoReturned?: () => readonly Tensor[]
  /** The same of what the model keeps, and may have gradients: in the first run, too. */
  readonly alsoKept?: () => readonly Tensor[]
  readonly isSelective?: boolean
  readonly isReentrant?: boolean
  /** Whether no other layer follows. */
  readonly isLast?: boolean
  /** What is done at the end of the backward pass within that of a reentrant checkpoint. */
  readonly behindBackward?: (() => void) | undefined
  readonly closes?: () => void
}

/** The largest input that Unsloth leaves on the GPU (`MINIMUM_SIZE` in `gradient_checkpointing.py` of unsloth_zoo 2026.10.9). */
const LEAST_STAGED_BYTES = 2 * 2 ** 20

/** Whether the input of a layer is moved to the CPU until that runs again: one that needs a gradient. */
function isStaged({ storage, grad }: Tensor): boolean {
  return grad !== undefined && storage.bytes > LEAST_STAGED_BYTES
}

/** Marks what a recomputation makes: backward never runs on it. */
const PLACEHOLDER: Node = { kind: 'node', inputs: [], saved: [], backward: () => [], frame: undefined }
