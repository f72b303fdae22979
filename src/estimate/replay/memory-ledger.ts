/** The parts that live bytes are counted under, as in the result of `estimateMemory`. */
export const PARTS = [
  'parameters',
  'gradients',
  'optimizerStates',
  'activations',
  'temporary',
  'kvCache',
  'buffers',
] as const

/** One part. `activations` are allocated in the forward pass, `temporary` in the backward pass, including recomputed tensors. */
export type MemoryPart = (typeof PARTS)[number]

/** Bytes by part. */
export type PartBytes = Record<MemoryPart, number>

/** The three phases of a step. */
export type Phase = 'forward' | 'backward' | 'step'

/** The peak of the live bytes, and where it was. */
export interface Peak {
  readonly totalBytes: number
  readonly parts: Readonly<PartBytes>
  readonly phase: Phase
  /** torch's name of the operation that reached it. */
  readonly operation: string
}

/** The highest place of a run on a GPU, where kernels hold memory within themselves. */
export interface KernelPeak {
  readonly totalBytes: number
  readonly operation: string
  /** The same with what kernels may hold that choose by themselves how they compute. */
  readonly possibleBytes: number
}

/** A block of memory that tensors and their views share. It is freed with its last reference. */
export interface Storage {
  readonly bytes: number
  part: MemoryPart
  references: number
  /** Whether it is certain that a gradient in it is what an operation returned, and not a view of that. */
  isResult: boolean
}

/**
 * Counts live storages by part, and records the breakdown at the peak: what `torch.cuda.max_memory_allocated` counts before the
 * allocator rounds.
 */
export class MemoryLedger {
  readonly now: PartBytes = emptyParts()
  phase: Phase = 'forward'
  #total = 0
  #peak: Peak = { totalBytes: 0, parts: emptyParts(), phase: 'forward', operation: 'start' }
  #kernelPeakBytes = 0
  #kernelPeakAt = 'start'
  #possibleBytes = 0

  /** The live bytes now. */
  get total(): number {
    return this.#total
  }

  get peak(): Peak {
    return this.#peak
  }

  /** The peak with what kernels of a GPU hold within themselves. It is lower than the other one where the engine adds gradients in place. */
  get kernelPeak(): KernelPeak {
    const [totalBytes, operation] = [this.#kernelPeakBytes, this.#kernelPeakAt]
    return { totalBytes, operation, possibleBytes: Math.max(this.#possibleBytes, totalBytes) }
  }

  /** The part of what a phase allocates. */
  get part(): MemoryPart {
    return this.phase === 'forward' ? 'activations' : 'temporary'
  }

  /** A new storage with one reference. By default the phase decides its part. */
  allocate(asked: number, part: MemoryPart = this.part): Storage {
    // Half of an odd size is a fraction.
    const bytes = Math.round(asked)
    if (Number.isNaN(bytes)) throw new Error('the size of a tensor is not a number')
    this.now[part] += bytes
    this.#total += bytes
    return { bytes, part, references: 1, isResult: false }
  }

  /** Bytes that were there from the start, as the replay finds out later: they count in the peak so far, too. */
  allocateFromStart(bytes: number, part: MemoryPart): void {
    this.allocate(bytes, part)
    const { totalBytes, parts } = this.#peak
    this.#peak = { ...this.#peak, totalBytes: totalBytes + bytes, parts: { ...parts, [part]: parts[part] + bytes } }
    this.#kernelPeakBytes += bytes
    if (this.#possibleBytes > 0) this.#possibleBytes += bytes
  }

  retain(storage: Storage): Storage {
    if (storage.references <= 0) throw new Error('a storage was used after it was freed')
    storage.references += 1
    return storage
  }

  /** A copy of what was moved to the CPU: the storage itself if it was freed, so that tensors that refer to it have theirs back. */
  load(storage: Storage): Storage {
    if (storage.references > 0) return this.allocate(storage.bytes)
    storage.part = this.part
    storage.references = 1
    this.now[storage.part] += storage.bytes
    this.#total += storage.bytes
    return storage
  }

  release(storage: Storage): void {
    storage.references -= 1
    if (storage.references > 0) return
    if (storage.references < 0) throw new Error('a storage was freed twice')
    this.now[storage.part] -= storage.bytes
    this.#total -= storage.bytes
  }

  /** Moves a storage to another part: a tensor becomes a gradient when its parameter receives it. */
  rebook(storage: Storage, part: MemoryPart): void {
    this.now[storage.part] -= storage.bytes
    this.now[part] += storage.bytes
    storage.part = part
  }

  /** Adds bytes that are not replayed to each part, or subtracts them. */
  shift(bytes: Readonly<PartBytes>, times: number): void {
    for (const part of PARTS) {
      this.now[part] += bytes[part] * times
      this.#total += bytes[part] * times
    }
  }

  /**
   * Checks the total after an operation.
   *
   * @param scratchBytes - what its kernel holds only while it runs
   * @param withinBytes - what only CUDA's kernel holds in addition, which no recording on a CPU shows; below zero if it needs less
   */
  observe(operation: string, scratchBytes = 0, withinBytes = 0): void {
    const totalBytes = this.#total + scratchBytes
    if (totalBytes + withinBytes > this.#kernelPeakBytes) {
      this.#kernelPeakBytes = totalBytes + withinBytes
      this.#kernelPeakAt = operation
    }
    if (totalBytes <= this.#peak.totalBytes) return
    const parts = { ...this.now, temporary: this.now.temporary + scratchBytes }
    this.#peak = { totalBytes, parts, phase: this.phase, operation }
  }

  /** Notes what a kernel may hold within itself, or not. */
  mayHold(bytes: number): void {
    this.#possibleBytes = Math.max(this.#possibleBytes, this.#total + bytes)
  }

  /** Resets the peak to what is live now. */
  reset(): void {
    this.#kernelPeakBytes = this.#total
    this.#kernelPeakAt = 'start'
    this.#possibleBytes = 0
    this.#peak = { totalBytes: this.#total, parts: { ...this.now }, phase: this.phase, operation: 'start' }
  }
}

/** The difference in each part. */
export function change(before: Readonly<PartBytes>, after: Readonly<PartBytes>): PartBytes {
  const made = emptyParts()
  for (const part of PARTS) made[part] = after[part] - before[part]
  return made
}

/** Zero bytes in every part. */
export function emptyParts(): PartBytes {
  return { parameters: 0, gradients: 0, optimizerStates: 0, activations: 0, temporary: 0, kvCache: 0, buffers: 0 }
}
