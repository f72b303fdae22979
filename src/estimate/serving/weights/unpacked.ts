import type { Architecture } from '../../../architecture/index.js'
import { weightGroups } from './weight-groups.js'
import type { WeightStorage } from './weight-storage.js'

/**
 * What kernels need to unpack weights: GPTQ's ExLlama kernels have a buffer for the largest matrix in 16 bits (`temp_dq`). In Qwen's tables,
 * GPTQ needs as much more than AWQ: 0.27 GiB for the 32B model, 0.47 for the 72B one. Kernels of other formats read packed weights.
 */
export function unpackedBytes(model: Architecture, { method }: Pick<WeightStorage, 'method'>): number {
  if (method !== 'gptq') return 0
  return weightGroups(model).reduce(
    (most, { kind, elements }) => (kind === 'matrix' ? Math.max(most, 2 * elements) : most),
    0,
  )
}
