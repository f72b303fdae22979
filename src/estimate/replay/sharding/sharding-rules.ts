import type { ComputeDtype } from '../dtype.js'

/** How data-parallel ranks share parameters and gradients. */
export interface ShardingRules {
  readonly ranks: number
  /** Whether parameters are shared. If not, only gradients may be. */
  readonly sharesParameters: boolean
  /** Whether the gradients of a layer are reduced together when it is done, as FSDP does. */
  readonly sharesGradients: boolean
  /** Whether a group is gathered into a buffer and copied out of it (FSDP2), or gathered in place (FSDP1, ZeRO-3). */
  readonly copiesOut: boolean
  /** Whether the parameters of a layer are one flat parameter, whose gradient is concatenated (FSDP1). */
  readonly isFlat: boolean
  /** Whether the parameters of a layer are freed after its forward pass. */
  readonly reshards: boolean
  /**
   * Whether gradients stay whole and parameters gathered from backward until all micro-batches are done, as in torch's pipelines
   * (`backward_maybe_with_nosync` and `perform_reduce_grad` of its `pipelining/stage.py`).
   */
  readonly defers?: boolean
  /** The dtype that gathered parameters have, if not that of the shards. */
  readonly computeDtype?: ComputeDtype | undefined
  /** The dtype that gradients are reduced in, if not that of the gathered parameters. */
  readonly reduceDtype?: ComputeDtype | undefined
  /** Whether shards of parameters and gradients are on the CPU. */
  readonly offloads: boolean
  /** Whether a frozen layer keeps its input and the gradient of it until backward ends: see `keepInput`. */
  readonly keepsInputs: boolean
  /**
   * Whether what a group has reduced is held until backward ends: HSDP reduces it once more, among groups (`AllReduceState` in torch's
   * `_fsdp_param_group.py`).
   */
  readonly holdsReduced: boolean
  /** Whether gradients of a step are reduced after its last micro-batch alone (`no_sync`). Default: after each one. */
  readonly reducesLast?: boolean
  /** Whether all parameters are one group, gathered from the begin to the end of the forward pass: FSDP2 around the root alone. Default: no. */
  readonly isOneGroup?: boolean
  /** How ZeRO-3 gathers parameters. */
  readonly fetch?: FetchRules | undefined
  /** How ranks divide experts. Default: they do not. */
  readonly experts?: ExpertRules
}

/** How ranks divide the experts of each layer, and exchange tokens. */
export interface ExpertRules {
  /** Ranks with experts of their own. */
  readonly groups: number
  /** Ranks with the same experts, which share their parameters. */
  readonly ranks: number
}

/** How ZeRO-3 gathers parameters, in elements. */
export interface FetchRules {
  /** How much is gathered ahead of use. */
  readonly prefetch: number
  /** How much is gathered at most. */
  readonly live: number
  /** Parameters that are used again after fewer elements stay. */
  readonly reuse: number
  /** Smaller parameters are on every rank. */
  readonly persistence: number
  /** How often a layer uses its parameters in a step: 3 if it is computed again, 2 otherwise. */
  readonly passes: 2 | 3
}
