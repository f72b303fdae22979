import type { Tensor } from './tape.js'

/** One forward pass of a model. */
export interface ModelPass {
  /** The loss of a micro-batch. Everything that backward does not need is freed on the way. */
  loss(): Tensor
  /** Copies the logits that were returned beside the loss of preferences, and drops the logits themselves. */
  copyLogits?(): void
  /** Drops the logits that were returned beside the loss of preferences. */
  dropLogits?(): void
  /** Drops the references that outlive the loss. */
  dropOutputs(): void
  /** A forward pass without gradients. A decoder fills its cache, and computes logits for the last tokens. */
  prefill(): void
}
