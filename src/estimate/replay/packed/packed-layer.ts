import type { Tensor } from '../tape.js'

/** A packed weight and its bias. */
export interface PackedLayer {
  readonly weight: Tensor
  /** Makes the bias in the dtype that the product is computed in. */
  readonly vector: () => Tensor | undefined
  readonly outFeatures: number
}
