import type { Offloaded } from './graph.js'
import type { MemoryLedger, Storage } from './memory-ledger.js'

/** Whose code keeps saved tensors on the CPU. */
export const OFFLOADERS = ['torchtune', 'trl', 'llama-factory'] as const

/** One {@link OFFLOADERS}. */
export type Offloader = (typeof OFFLOADERS)[number]

/** `max_fwd_stash_size`: so many tensors stay on the GPU while they are copied, counted in tensors that are saved. */
const STASHED = 5

/** `min_offload_size`. */
const LEAST_BYTES = 1024

/**
 * Saved tensors that are on the CPU between forward and backward: `OffloadActivations` of torchtune 0.6.1
 * (`training/_activation_offloading.py`) and of TRL 1.16.0 (`models/activation_offloading.py`), with a stream of its own, as both have it by
 * default. The last tensors that were saved are still on the GPU. Backward brings each tensor back for the operation that needs
 * it, and frees it after the next one. What a later operation saves again while the first copy is on its way, TRL leaves on the GPU.
 * LLaMA-Factory 0.9.5 (`get_unsloth_gradient_checkpointing_func` in `model/model_utils/checkpointing.py`) moves the inputs of checkpointed layers alone, at once.
 */
export class Offloading {
  readonly #ledger: MemoryLedger
  readonly #keepsRepeated: boolean
  readonly #hasStream: boolean
  #isOn = true
  #isUsed = false
  #saved = 0
  readonly #stash = new Map<number, Storage>()
  /** The last number under which each tensor was saved that is on its way, or that TRL has left on the GPU. */
  readonly #known = new Map<Storage, number>()
  #brought: Storage[] = []
  #before: Storage[] = []

  constructor(ledger: MemoryLedger, offloader: Offloader) {
    this.#ledger = ledger
    this.#keepsRepeated = offloader === 'trl'
    this.#hasStream = offloader !== 'llama-factory'
  }

  /** Runs head and loss, whose tensors stay on the GPU. TRL saves those of the loss, which replace all others that are on their way. */
  around<Result>(headAndLoss: () => Result): Result {
    this.#isOn = false
    const result = headAndLoss()
    this.#isOn = true
    if (this.#keepsRepeated) this.leaveAll()
    return result
  }

  /** Counts a tensor that is saved. */
  count(): void {
    this.#saved += 1
  }

  /** Saves a tensor: on the GPU, or on its way to the CPU. */
  save(storage: Storage): Storage | Offloaded {
    if (!this.#isOn || !this.#hasStream) return this.#ledger.retain(storage)
    this.count()
    if (storage.part === 'parameters' || storage.bytes < LEAST_BYTES) return this.#ledger.retain(storage)
    const isKnown = this.#keepsRepeated && this.#known.has(storage)
    if (isKnown) this.#known.set(storage, this.#saved)
    return isKnown ? this.#ledger.retain(storage) : this.#send(storage)
  }

  /** Brings a tensor back, into its own storage if that is given and free. */
  load({ offloaded, id }: Offloaded, own?: Storage): Storage {
    this.#isUsed = true
    const there = this.#stash.get(id)
    if (there) return this.#ledger.retain(there)
    const storage = own ? this.#ledger.load(own) : this.#ledger.allocate(offloaded)
    if (this.#hasStream) this.#brought.push(this.#ledger.retain(storage))
    this.#ledger.observe('_to_copy')
    return storage
  }

  /** An operation is done with what was brought back for it: what was brought for the one before it is free. */
  endOperation(): void {
    if (!this.#isUsed) return
    this.#isUsed = false
    this.leaveAll()
    for (const storage of this.#before) this.#ledger.release(storage)
    this.#before = this.#brought
    this.#brought = []
  }

  /** Frees all that was on its way to the CPU. */
  leaveAll(): void {
    this.#leave(this.#saved)
  }

  /** The graph is gone. */
  endBackward(): void {
    this.endOperation()
    for (const storage of this.#before.splice(0)) this.#ledger.release(storage)
    this.leaveAll()
    this.#known.clear()
  }

  /** Saves the input of a checkpointed layer. */
  saveInput(storage: Storage): Storage | Offloaded {
    return this.#hasStream ? this.save(storage) : { offloaded: storage.bytes, id: 0 }
  }

  #send(storage: Storage): Offloaded {
    this.#leave(this.#saved - STASHED)
    this.#stash.set(this.#saved, this.#ledger.retain(storage))
    this.#known.set(storage, this.#saved)
    return { offloaded: storage.bytes, id: this.#saved }
  }

  #leave(last: number): void {
    for (const [id, storage] of this.#stash) {
      if (id > last) break
      this.#stash.delete(id)
      if (this.#known.get(storage) === id) this.#known.delete(storage)
      this.#ledger.release(storage)
    }
  }
}
