import type { Tensor } from '../tape.js'

/** A mask of numbers that one layer makes for each of its heads, and what lives as long as it. */
export interface OwnMask {
  readonly mask: Tensor
  readonly held: readonly Tensor[]
}
