/** The parts that live bytes are booked under, in the terms of `estimateMemory`'s answer. */
export const PARTS = [
  'parameters',
  'gradients',
  'optimizerStates',
  'activations',
  'temporary',
  'kvCache',
  'buffers',
] as const

/** One part: `activations` were made in the forward pass, `temporary` in the backward pass, recomputed ones too. */
export type MemoryPart = (typeof PARTS)[number]

/** Bytes by part. */
export type PartBytes = Record<MemoryPart, number>

/** A step's three phases. */
export type Phase = 'forward' | 'backward' | 'step'

/** The most bytes that were live at once, and where that was. */
export interface Peak {
  readonly totalBytes: number
  readonly parts: Readonly<PartBytes>
  readonly phase: Phase
  /** The operation after which it was reached, as torch names it. */
  readonly operation: string
}

/** A block of memory that tensors and their views share; it is freed with its last reference. */
export interface Storage {
  readonly bytes: number
  part: MemoryPart
  references: number
}

/**
 * Books live storages by part, and remembers the breakdown at the highest total: what `torch.cuda.max_memory_allocated`
 * counts before the allocator rounds.
 */
export class MemoryLedger {
  readonly now: PartBytes = emptyParts()
  phase: Phase = 'forward'
  #total = 0
  #peak: Peak = { totalBytes: 0, parts: emptyParts(), phase: 'forward', operation: 'start' }

  /** What is live now, in bytes. */
  get total(): number {
    return this.#total
  }

  get peak(): Peak {
    return this.#peak
  }

  /** A new storage with one reference. Where nothing is said of its part, the phase decides. */
  allocate(asked: number, part: MemoryPart = this.phase === 'forward' ? 'activations' : 'temporary'): Storage {
    // Halves of odd sizes come in fractions.
    const bytes = Math.round(asked)
    this.now[part] += bytes
    this.#total += bytes
    return { bytes, part, references: 1 }
  }

  retain(storage: Storage): Storage {
    storage.references += 1
    return storage
  }

  release(storage: Storage): void {
    storage.references -= 1
    if (storage.references > 0) return
    if (storage.references < 0) throw new Error('a storage was freed twice')
    this.now[storage.part] -= storage.bytes
    this.#total -= storage.bytes
  }

  /** Moves a storage to another part: a gradient is one from the moment its parameter takes it. */
  rebook(storage: Storage, part: MemoryPart): void {
    this.now[storage.part] -= storage.bytes
    this.now[part] += storage.bytes
    storage.part = part
  }

  /** Books what is not replayed: so many bytes more, or less, in each part. */
  shift(bytes: Readonly<PartBytes>, times: number): void {
    for (const part of PARTS) {
      this.now[part] += bytes[part] * times
      this.#total += bytes[part] * times
    }
  }

  /** Looks at the total after an operation; `scratchBytes` is what its kernel holds only while it runs. */
  observe(operation: string, scratchBytes = 0): void {
    const totalBytes = this.#total + scratchBytes
    if (totalBytes <= this.#peak.totalBytes) return
    const parts = { ...this.now, temporary: this.now.temporary + scratchBytes }
    this.#peak = { totalBytes, parts, phase: this.phase, operation }
  }

  /** Forgets the peak, and begins again from what is live. */
  reset(): void {
    this.#peak = { totalBytes: this.#total, parts: { ...this.now }, phase: this.phase, operation: 'start' }
  }
}

/** What has come in each part, and what has gone. */
export function change(before: Readonly<PartBytes>, after: Readonly<PartBytes>): PartBytes {
  const made = emptyParts()
  for (const part of PARTS) made[part] = after[part] - before[part]
  return made
}

/** Nothing, in every part. */
export function emptyParts(): PartBytes {
  return { parameters: 0, gradients: 0, optimizerStates: 0, activations: 0, temporary: 0, kvCache: 0, buffers: 0 }
}
