import type { Tensor } from '../tape.js'

/** The output of a router: the experts of each token, and their weights. */
export interface Routes {
  readonly indices: Tensor
  readonly weights: Tensor
  /** What the block references until it returns. */
  readonly held: readonly Tensor[]
  /** The router logits, if the block also returns them. */
  readonly logits?: Tensor
}

/** The number of experts, and how many a token uses. */
export interface Choice {
  readonly experts: number
  readonly chosen: number
}
