import type { AttentionKernel } from '../../kernels.js'
import type { Layers } from '../layers.js'
import type { Tensor } from '../tape.js'
import { eager } from './eager.js'
import { efficient } from './efficient.js'
import { flash } from './flash.js'
import type { AttentionSizes, Kernel } from './kernel.js'

/** Every kernel, by name. Each has its own file. */
const KERNELS: Readonly<Record<AttentionKernel, Kernel>> = { flash, efficient, eager }

/**
 * Attention over whole sequences with the chosen kernel, or with the one that torch uses instead. The caller keeps queries, keys
 * and values.
 */
export function attend(
  layers: Layers,
  asked: AttentionKernel,
  query: Tensor,
  key: Tensor,
  value: Tensor,
  sizes: AttentionSizes,
): Tensor {
  const kernel = KERNELS[KERNELS[asked].fallback(sizes, key.elements === value.elements) ?? asked]
  const output = kernel.attend(layers, query, key, value, sizes)
  if (kernel.isInOrder(sizes)) return output
  const ordered = layers.ops.contiguous(output)
  layers.ops.tape.free(output)
  return ordered
}
