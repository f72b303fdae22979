import { Attributes } from './attributes.js'
import type { Frame, Held, Node, Offloaded, Tensor } from './graph.js'
import type { MemoryLedger, Storage } from './memory-ledger.js'
import type { Offloading } from './offloading.js'

/** The recomputation of a checkpointed layer: what it has saved, and what it references. */
interface SecondRun {
  readonly frame: Frame
  readonly made: (Storage | undefined)[]
  readonly names: Storage[]
  readonly attributes: Attributes
  products: number
}

/** Stops the recomputation of a checkpointed layer at the last saved tensor, like torch. One error for all: a stack trace takes long. */
const EARLY_STOP = new Error('the last saved tensor is recomputed')

/**
 * What operations save for backward: kept, moved to the CPU, or dropped in a checkpointed layer and recomputed
 * (`torch.utils.checkpoint`).
 */
export class SavedTensors {
  /** Keeps saved tensors on the CPU between forward and backward. */
  offloading: Offloading | undefined
  /** Whether the first input of a checkpointed layer is on the CPU until it runs again, and then in a buffer that stays (Unsloth). */
  stages = false
  readonly #ledger: MemoryLedger
  /** The checkpointed layer that runs for the first time. */
  recording: Frame | undefined
  #again: SecondRun | undefined
  /** What a second run saves and something outside of it refers to. */
  #outliving: Storage[] | undefined
  #runs = 0
  readonly #attributes: Attributes

  constructor(ledger: MemoryLedger) {
    this.#ledger = ledger
    this.#attributes = new Attributes(ledger)
  }

  /** Identifies a run of the code. */
  get run(): number {
    return this.#runs
  }

  /** Whether a checkpointed layer runs again. */
  get isSecondRun(): boolean {
    return this.#again !== undefined
  }

  /** Whether a checkpointed layer runs again to make what a first graph has dropped, so that a second graph never runs backward. */
  get keepsAgain(): boolean {
    return this.#again !== undefined && !this.#again.frame.isReentrant
  }

  /** The kept result of an operation that selective recomputation does not run again. */
  keptResult(operation: string): Storage | undefined {
    const results = this.#again?.frame.results
    return results && this.#again && isResultKept(operation, this.#again) ? results.shift() : undefined
  }

  /** Keeps the result of an operation that is not run again. */
  keepResult(operation: string, storage: Storage): void {
    if (this.recording?.results && isResultKept(operation, this.recording)) {
      this.recording.results.push(this.#ledger.retain(storage))
    }
  }

  /** Counts a reference of the code that runs again. */
  named(storage: Storage): void {
    this.#again?.names.push(storage)
  }

  /** Forgets one. */
  unnamed(storage: Storage): void {
    if (this.#again) this.#again.names.splice(this.#again.names.lastIndexOf(storage), 1)
  }

  /** The attributes of the graph that is being made. That of a layer that runs again ends with the run, or if it reenters, with its backward. */
  get attributes(): Attributes {
    return this.#again?.attributes ?? this.#attributes
  }

  /** A layer that is checkpointed reentrantly runs without gradients the first time, so that nothing is kept then. */
  keep(attributes: readonly Tensor[]): void {
    if (!this.recording?.isReentrant) this.attributes.keep(attributes.map(({ storage }) => storage))
  }

  /** The graph is freed. */
  endBackward(): void {
    this.offloading?.endBackward()
    this.#attributes.free()
  }

  /** Runs a part of a layer, and returns another reference to everything that it saves, if the layer runs again in backward without reentering it. */
  savedAgain<Result>(run: () => Result): { readonly result: Result; readonly saved: readonly Storage[] } {
    const saved: Storage[] = []
    this.#outliving = this.keepsAgain ? saved : undefined
    try {
      return { result: run(), saved }
    } finally {
      this.#outliving = undefined
    }
  }

  /** Saves what an operation needs in backward. */
  save(storage: Storage): Storage | Held | Offloaded {
    if (this.#again) {
      const { frame, made } = this.#again
      made.push(this.#ledger.retain(storage))
      this.#outliving?.push(this.#ledger.retain(storage))
      if (made.length === frame.count && !frame.isReentrant) throw EARLY_STOP
      return storage
    }
    if (!this.recording) return this.offloading?.save(storage) ?? this.#ledger.retain(storage)
    const held = { frame: this.recording, index: this.recording.count }
    this.recording.count += 1
    this.recording.open += 1
    return held
  }

  /** Saves the inputs of a checkpointed layer, behind an empty tensor (`_NoopSaveInputs` of torch). Its keyword arguments stay on the GPU. */
  saveInputs(frame: Frame, inputs: readonly Tensor[]): void {
    if (!frame.isReentrant) this.offloading?.count()
    for (const { storage } of inputs) {
      const saved = this.offloading?.saveInput(storage) ?? this.#ledger.retain(storage)
      if ('offloaded' in saved) frame.offloaded.push({ storage, saved })
      else frame.inputs.push(saved)
    }
  }

  /** Counts what an operation saves for a backward that never comes, where the caller holds it: a second run may stop there. */
  skip(): void {
    if (this.recording) this.recording.count += 1
    if (!this.#again) return
    const { frame, made } = this.#again
    made.push(undefined)
    if (made.length === frame.count && !frame.isReentrant) throw EARLY_STOP
  }

  /** Brings back what an operation has saved. The node keeps it. */
  unpack(node: Node): Storage[] {
    return node.saved.map((saved, index) => {
      const storage = 'frame' in saved ? this.#recomputed(saved) : 'offloaded' in saved ? this.#loaded(saved) : saved
      node.saved[index] = storage
      return storage
    })
  }

  #loaded(saved: Offloaded, own?: Storage): Storage {
    if (!this.offloading) throw new Error('a tensor is on the CPU, but nothing brings it back')
    return this.offloading.load(saved, own)
  }

  #recomputed({ frame, index }: Held): Storage {
    frame.again ??= this.runAgain(frame)
    const storage = frame.again[index]
    if (!storage) throw new Error('a checkpointed layer saved other tensors the second time')
    frame.again[index] = undefined
    return storage
  }

  /** Frees what is still referenced when the run stops early, as an exception frees the locals of its frames. */
  runAgain(frame: Frame): (Storage | undefined)[] {
    const again: SecondRun = { frame, made: [], names: [], products: 0, attributes: new Attributes(this.#ledger) }
    for (const { storage, saved } of frame.offloaded) frame.inputs.push(this.#loaded(saved, storage))
    if (frame.staged) frame.inputs.push(this.#ledger.stage(frame.staged))
    this.#again = again
    this.#runs += 1
    try {
      frame.run()
    } catch (stop) {
      if (stop !== EARLY_STOP) throw stop
    }
    this.#again = undefined
    this.#runs += 1
    for (const storage of again.names) this.#ledger.release(storage)
    if (frame.isReentrant) frame.attributes = again.attributes
    else again.attributes.free()
    return again.made
  }

  /** Frees one tensor of those that were brought back, before the operation ends. */
  forget(node: Node, index: number): void {
    const saved = node.saved[index]
    if (!saved || 'frame' in saved || 'offloaded' in saved) return
    this.#ledger.release(saved)
    node.saved[index] = this.#ledger.allocate(0)
  }

  /** Frees what an operation has saved. */
  release(node: Node): void {
    for (const saved of node.saved) {
      if ('frame' in saved) {
        const made = saved.frame.again?.[saved.index]
        if (made) this.#ledger.release(made)
      } else if (!('offloaded' in saved)) this.#ledger.release(saved)
      if (node.frame) {
        node.frame.open -= 1
        if (node.frame.open === 0 && !node.frame.isReentrant) this.close(node.frame)
      }
    }
  }

  /** Frees what a checkpointed layer was given. */
  close(frame: Frame): void {
    for (const storage of frame.inputs) this.#ledger.release(storage)
    for (const storage of frame.results?.splice(0) ?? []) this.#ledger.release(storage)
    frame.attributes?.free()
    frame.closes()
  }
}

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
