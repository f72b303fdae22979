import type { Tensor } from '../tape.js'

/** What a router says of each token: which experts, and how much of each. */
export interface Routes {
  readonly indices: Tensor
  readonly weights: Tensor
  /** What the block has names for until it returns. */
  readonly held: readonly Tensor[]
  /** What it returns beside its result. */
  readonly logits?: Tensor
}

/** How many experts there are, and how many a token uses. */
export interface Choice {
  readonly experts: number
  readonly chosen: number
}
