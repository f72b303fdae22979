import { type MemoryMethod, methodOf } from './methods.js'

const MIB = 2 ** 20

/** The CUDA context of a process, as measured on a Tesla T4 with torch 2; it varies by GPU and driver. */
export const CUDA_CONTEXT_BYTES = 141 * MIB

/** One cuBLAS workspace: 8.125 MiB on a GPU before Hopper (`cublas_workspace` of torch's CUDABlas.cpp). */
export const CUBLAS_WORKSPACE_BYTES = 8.125 * MIB

/**
 * How far `nvidia-smi` is above torch's peak in nine of ten runs: 59 %, in 244 published runs of an A100. At the median it is
 * 28 %.
 */
const RESERVED_AT_MOST = 0.59

/** What `nvidia-smi` shows in real runs, for so many bytes of tensors and overhead. */
export function rangeOf(tensorBytes: number, overhead: number): { lowBytes: number; highBytes: number } {
  return {
    lowBytes: tensorBytes + overhead,
    highBytes: Math.max(tensorBytes + overhead, Math.round(tensorBytes * (1 + RESERVED_AT_MOST))),
  }
}

/**
 * GPU memory in addition to tensors, without what kernels hold within themselves: the CUDA context, and a cuBLAS workspace for each thread that runs matrix products (two in
 * training, for forward and backward; one in inference).
 *
 * Measured in 20 published runs on a real GPU: with the two workspaces, the peak of the tensors agrees with torch's own figure
 * to 0.09 % (median) and 0.8 % (maximum). Memory that the allocator reserves but does not use is not included: it depends on the
 * order of allocations, and the allocator releases it when memory gets short. `range` in the result says how much it can be.
 */
export function overheadBytes(method: MemoryMethod): number {
  return CUDA_CONTEXT_BYTES + (methodOf(method).trains === 'nothing' ? 1 : 2) * CUBLAS_WORKSPACE_BYTES
}
