import type { KernelPeak, MemoryLedger, PartBytes, Peak } from '../memory-ledger.js'

/** The memory of a step: its peak, and what is live when backward begins. */
export interface StepMemory {
  readonly peak: Peak
  readonly afterForward: Readonly<PartBytes>
  readonly kernels: KernelMemory
  /** What functions held as attributes when the last backward was done: who holds the loss holds it too. */
  readonly heldByGraph?: number
}

/** What a GPU needs otherwise than a recording on a CPU shows. */
export interface KernelMemory {
  /** How much its peak is above that of the tensors: what kernels hold within themselves. Below zero if it adds gradients in place at the peak. */
  readonly moreBytes: number
  /** The operation at its peak. */
  readonly operation: string
  /** How much higher the peak may be, by the choice of cuDNN. */
  readonly convolutionBytes: number
}

/** The higher one of the peaks of several ledgers or runs. */
export function highest(
  peaks: readonly Pick<MemoryLedger, 'peak' | 'kernelPeak'>[],
): Pick<StepMemory, 'peak' | 'kernels'> {
  const most = <One extends { readonly totalBytes: number }>(one: One, other: One): One =>
    other.totalBytes > one.totalBytes ? other : one
  const peak = peaks.map((one) => one.peak).reduce(most)
  const kernelPeaks = peaks.map((one) => one.kernelPeak)
  const { totalBytes, operation }: KernelPeak = kernelPeaks.reduce(most)
  const possibleBytes = Math.max(...kernelPeaks.map((one) => one.possibleBytes))
  const convolutionBytes = possibleBytes - Math.max(totalBytes, peak.totalBytes)
  return { peak, kernels: { moreBytes: totalBytes - peak.totalBytes, operation, convolutionBytes } }
}
