import type { PartBytes, Phase } from './replay/memory-ledger.js'

/** What a model takes of a GPU, in bytes. */
export interface MemoryEstimate {
  /** Tensors and overhead together. */
  readonly totalBytes: number
  /** The most bytes of live tensors at once, as torch counts them (`torch.cuda.max_memory_allocated`, before it rounds). */
  readonly tensorBytes: number
  /** What the GPU holds besides tensors: see `overheadBytes`. */
  readonly overheadBytes: number
  /** `tensorBytes` by part, at the peak: they add up to it exactly. */
  readonly parts: Readonly<PartBytes>
  /** Where the peak is: the phase, and torch's name of the operation behind which it was reached. */
  readonly peakAt: { readonly phase: Phase; readonly operation: string }
  /** What is taken for granted, in sentences. */
  readonly assumptions: readonly string[]
}
