import type { Tape, Tensor } from './tape.js'

/** Elements that share a scale, and scales that share one in turn: the defaults of bitsandbytes for NF4. */
const BLOCK = 64
const BLOCK_OF_SCALES = 256

/** Float32 beside each weight: the tables of both quantisations, of 16 and of 256, and the one that scales are shifted by. */
const CONSTANTS = 16 + 256 + 1

/**
 * Bytes of a weight in NF4 with double quantisation (Dettmers et al. 2023, arXiv:2305.14314): half a byte an element, a byte for
 * each 64 of them, a float32 for each 256 of those, and what the `QuantState` of bitsandbytes keeps beside them.
 */
export function nf4Bytes(elements: number): number {
  const blocks = Math.ceil(elements / BLOCK)
  return Math.ceil(elements / 2) + blocks + 4 * (Math.ceil(blocks / BLOCK_OF_SCALES) + CONSTANTS)
}

/** A weight unpacked for one use of it, and the scales that it was unpacked with. */
export interface Dequantized {
  readonly whole: Tensor
  /** In bitsandbytes' forward pass the code has a name for them until the product is made. */
  readonly scales: Tensor
}

/**
 * Unpacks a weight as `dequantize_4bit` of bitsandbytes does: first the scales, in float32 and twice, as they are shifted. Its
 * kernels for a few rows at once read packed weights themselves; a training step has too many rows.
 */
export function dequantized(tape: Tape, { elements, dtype }: Tensor): Dequantized {
  const blocks = Math.ceil(elements / BLOCK)
  const unshifted = tape.tensor(blocks, 'float32', 'dequantize_blockwise')
  const scales = tape.tensor(blocks, 'float32', 'add')
  tape.free(unshifted)
  return { whole: tape.tensor(elements, dtype, 'dequantize_4bit'), scales }
}
