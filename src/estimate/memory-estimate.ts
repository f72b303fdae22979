import type { PartConfidence } from './confidence.js'
import type { PartBytes, Phase } from './replay/memory-ledger.js'

/** How much GPU memory a model needs, in bytes. */
export interface MemoryEstimate {
  /** Tensors plus overhead. */
  readonly totalBytes: number
  /** The peak of live tensors, as torch counts it (`torch.cuda.max_memory_allocated`, before the allocator rounds). */
  readonly tensorBytes: number
  /** GPU memory in addition to tensors: see `overheadBytes`, and what kernels hold within themselves. */
  readonly overheadBytes: number
  /** `tensorBytes` at the peak, by part. The parts add up to it exactly. */
  readonly parts: Readonly<PartBytes>
  /** Where the peak is: the phase, and torch's name of the operation that reached it. */
  readonly peakAt: { readonly phase: Phase; readonly operation: string }
  /** How each part is known. */
  readonly confidence: PartConfidence
  /**
   * What `nvidia-smi` shows in real runs: at least the total, at most 59 % more than the tensors (nine of ten among 244 published
   * runs; 28 % at the median). The rest is memory that the allocator has reserved but does not use, and that it gives up when
   * memory gets short.
   */
  readonly range: { readonly lowBytes: number; readonly highBytes: number }
  /** What the estimate assumes, in sentences. */
  readonly assumptions: readonly string[]
}
