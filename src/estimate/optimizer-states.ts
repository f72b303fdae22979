import type { Shape } from '../architecture/index.js'
import type { Optimizer } from './memory-options.js'
import { type ComputeDtype, DTYPE_BYTES } from './replay/dtype.js'

/** Bytes that an optimizer keeps for one parameter tensor from its first step on. */
export function stateBytes(optimizer: Optimizer, shape: Shape, dtype: ComputeDtype): number {
  const elements = shape.reduce((product, size) => product * size, 1)
  return STATE_BYTES[optimizer](elements, DTYPE_BYTES[dtype], shape)
}

const STATE_BYTES: Readonly<Record<Optimizer, (elements: number, width: number, shape: Shape) => number>> = {
  /** Two moments in the parameter's type (Loshchilov & Hutter 2017, arXiv:1711.05101). */
  adamw: (elements, width) => 2 * elements * width,
  /**
   * Two moments of one byte, and a float32 for each block of 256 elements; below 4,096 elements both stay float32
   * (Dettmers et al. 2021, arXiv:2110.02861; `min_8bit_size` and `blocksize` of bitsandbytes).
   */
  'adamw-8bit': (elements) => (elements < 4096 ? 8 * elements : 2 * (elements + 4 * Math.ceil(elements / 256))),
  /** Plain gradient descent remembers nothing. */
  sgd: () => 0,
  /** For a matrix one float32 a row and one a column, else one an element (Shazeer & Stern 2018, arXiv:1804.04235). */
  adafactor: (elements, _, shape) => {
    const [columns, rows] = [shape.at(-1) ?? 1, shape.at(-2) ?? 1]
    return shape.length < 2 ? 4 * elements : 4 * (elements / columns + elements / rows)
  },
}
