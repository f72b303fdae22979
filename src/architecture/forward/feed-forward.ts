import type { Mixture } from './mixture.js'

/** What a feed-forward network computes. */
export interface FeedForward {
  /** The function between its projections, by its name in transformers' `ACT2FN`, or `bloom_gelu` for BLOOM's own. */
  readonly activation: string
  /**
   * Whether a layer with the projections in its own code has the first one and the activation in one expression, so that their input lives
   * until both have run (XGLM). Default: no.
   */
  readonly inOneExpression?: boolean
  /** Whether gate and product are computed in float32, also in experts, and cast back (Beam). Default: no. */
  readonly float32?: boolean
  /**
   * Whether both halves are clamped: the gate behind its activation (`behindActivation`, Step 3.5), or before it, which is `x * sigmoid(x * a)`
   * then, times the other half plus one (`before`, as in gpt-oss; MiniMax-M3), or before an activation like others (`beforeActivation`,
   * DeepSeek-V4). `interleaved`: as `before`, of every second column (gpt-oss in transformers 5). Default: no.
   */
  readonly clamped?: 'no' | 'behindActivation' | 'before' | 'beforeActivation' | 'interleaved'
  /** Whether gate and output are multiplied by numbers, and the gate comes second (Falcon-H1). Default: no. */
  readonly scaled?: boolean
  /** Whether the first of two projections makes gate and product at once; only their product has a name then (GLM-4-9B). Default: no. */
  readonly halved?: boolean
  /** The indices of layers whose gate passes only values far above their mean (Gemma 3n). Default: none. */
  readonly sparseLayers?: readonly number[]
  /**
   * Experts that are a vector each, beside the feed-forward network (Doge): how many a token has, and whether their shares are divided by their
   * sum. Default: none.
   */
  readonly vectors?: { readonly chosen: number; readonly normalised: boolean } | undefined
  /** The mixture of experts that some layers have instead. Default: none. */
  readonly mixture?: Mixture
}
