import type { Tape, Tensor } from './tape.js'

/** Elements that share a scale, and scales that share a second scale: the defaults of bitsandbytes for NF4. */
const BLOCK = 64
const BLOCK_OF_SCALES = 256

/** Float32 values stored with each weight: the code tables of both quantisations (16 and 256), and the offset of the scales. */
const CONSTANTS = 16 + 256 + 1

/**
 * Bytes of a weight in NF4 with double quantisation (Dettmers et al. 2023, arXiv:2305.14314): half a byte for each element, a
 * byte for each 64 elements, a float32 for each 256 of these bytes, and the rest of bitsandbytes' `QuantState`.
 */
export function nf4Bytes(elements: number): number {
  const blocks = Math.ceil(elements / BLOCK)
  return Math.ceil(elements / 2) + blocks + 4 * (Math.ceil(blocks / BLOCK_OF_SCALES) + CONSTANTS)
}

/** A weight unpacked for one use, and the scales that it was unpacked with. */
export interface Dequantized {
  readonly whole: Tensor
  /** bitsandbytes' forward pass references them until the product is computed. */
  readonly scales: Tensor
}

/**
 * Unpacks a weight like bitsandbytes' `dequantize_4bit`: first the scales in float32, twice because an offset is added. Its
 * kernels for few rows read packed weights directly, but a training step has too many rows for them.
 */
export function dequantized(tape: Tape, { elements, dtype }: Tensor): Dequantized {
  const blocks = Math.ceil(elements / BLOCK)
  const unshifted = tape.tensor(blocks, 'float32', 'dequantize_blockwise')
  const scales = tape.tensor(blocks, 'float32', 'add')
  tape.free(unshifted)
  return { whole: tape.tensor(elements, dtype, 'dequantize_4bit'), scales }
}
