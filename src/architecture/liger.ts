/**
 * What Liger 0.8.5 replaces in a loaded model of a family by default (`apply_liger_kernel_to_…` in `transformers/monkey_patch.py`): its norms, rotation,
 * gated activations and the loss, unless it is said otherwise here.
 */
export interface LigerParts {
  /** Where a kernel writes the gradient of a norm: over that of its output, or `beside` it (`in_place` is False). Default: over it. */
  readonly norms?: 'overOutput' | 'beside'
  /** The parts that stay as transformers has them. `headNorms` are those of queries and keys. Default: none. */
  readonly keeps?: readonly LigerKept[]
  /** Whether no recorded run tells how exact an estimate with the kernels is. Default: there are some. */
  readonly isUnrecorded?: boolean
}

/** A part that Liger may leave as it is. `loss` is that of logits, `linearLoss` that of head and loss in one. */
export type LigerKept = 'norms' | 'headNorms' | 'rotation' | 'gates' | 'loss' | 'linearLoss'
