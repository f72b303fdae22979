import type { Tape, Tensor } from '../tape.js'
import { unpacking } from './packed-storage.js'

/** A weight unpacked for one use, and the scales that it was unpacked with. */
export interface Dequantized {
  readonly whole: Tensor
  /** What the forward pass references until the product is computed. */
  readonly scales: readonly Tensor[]
}

/**
 * Unpacks a weight for one use, as each of these libraries does for the many rows of a training step: their kernels that read
 * packed weights directly are for few rows.
 */
export function dequantized(tape: Tape, { elements, dtype, storedAs }: Tensor): Dequantized {
  const { scales, kernel } = unpacking(storedAs ?? 'nf4-double', elements)
  if (scales === 0) return { whole: tape.tensor(elements, dtype, kernel), scales: [] }
  const unshifted = tape.tensor(scales, 'float32', 'dequantize_blockwise')
  const shifted = tape.tensor(scales, 'float32', 'add')
  tape.free(unshifted)
  return { whole: tape.tensor(elements, dtype, kernel), scales: [shifted] }
}
