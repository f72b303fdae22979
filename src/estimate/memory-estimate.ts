import type { PartBytes, Phase } from './replay/memory-ledger.js'

/** How much GPU memory a model needs, in bytes. */
export interface MemoryEstimate {
  /** Tensors plus overhead. */
  readonly totalBytes: number
  /** The peak of live tensors, as torch counts it (`torch.cuda.max_memory_allocated`, before the allocator rounds). */
  readonly tensorBytes: number
  /** GPU memory in addition to tensors: see `overheadBytes`. */
  readonly overheadBytes: number
  /** `tensorBytes` at the peak, by part. The parts add up to it exactly. */
  readonly parts: Readonly<PartBytes>
  /** Where the peak is: the phase, and torch's name of the operation that reached it. */
  readonly peakAt: { readonly phase: Phase; readonly operation: string }
  /** What the estimate assumes, in sentences. */
  readonly assumptions: readonly string[]
}
