import type { Shape } from '../architecture/index.js'
import { product } from '../architecture/safe-integer.js'

/** One parameter tensor, as an optimizer sees it. */
interface ParameterTensor {
  readonly elements: number
  /** Bytes of one element. */
  readonly width: number
  readonly shape: Shape
}

/** The bytes that each optimizer keeps for one parameter tensor after its first step. To add an optimizer, add a row. */
const STATE_BYTES = {
  /** Two moments in the parameter's type (Loshchilov & Hutter 2017, arXiv:1711.05101). */
  adamw: ({ elements, width }) => 2 * elements * width,
  /**
   * Two moments of one byte, and a float32 for each block of 256 elements. Below 4,096 elements both stay float32
   * (Dettmers et al. 2021, arXiv:2110.02861; `min_8bit_size` and `blocksize` of bitsandbytes).
   */
  'adamw-8bit': ({ elements }) => (elements < 4096 ? 8 * elements : 2 * (elements + 4 * Math.ceil(elements / 256))),
  /** Plain gradient descent has no state. */
  sgd: () => 0,
  /** For a matrix one float32 per row and per column, otherwise one per element (Shazeer & Stern 2018, arXiv:1804.04235). */
  adafactor: ({ elements, shape }) => {
    const [columns, rows] = [shape.at(-1) ?? 1, shape.at(-2) ?? 1]
    return shape.length < 2 ? 4 * elements : 4 * (elements / columns + elements / rows)
  },
} as const satisfies Readonly<Record<string, (tensor: ParameterTensor) => number>>

/** The supported optimizers. */
export type Optimizer = keyof typeof STATE_BYTES

/** Every {@link Optimizer}. */
export const OPTIMIZERS = Object.keys(STATE_BYTES) as readonly Optimizer[]

/** Bytes that an optimizer keeps for one parameter tensor, given the bytes of one element. */
export function stateBytes(optimizer: Optimizer, shape: Shape, width: number): number {
  return STATE_BYTES[optimizer]({ elements: product(shape), width, shape })
}
