/** How attention and the feed-forward network join the residual stream. */
export type Residual = SequentialResidual | ParallelResidual

/** One after another: `y = x + attention(norm(x))`, then `y + mlp(norm(y))`. */
export interface SequentialResidual {
  readonly order: 'sequential'
  /** Whether what a block returns is multiplied by a number before it is added. Default: no. */
  readonly scaled?: boolean
  /** Whether the normalised input of attention lives as long as the layer. Default: no. */
  readonly keepsNormalised?: boolean
  /** Whether what attention returns lives as long as the layer. Default: no. */
  readonly keepsAttended?: boolean
}

/** Side by side: `x + attention(norm(x)) + mlp(norm(x))`, on one norm or on a norm each. */
export interface ParallelResidual {
  readonly order: 'parallel'
  /**
   * Which two are added first: both blocks, the residual stream and attention, or both blocks in place. Default:
   * `blocksFirst`.
   */
  readonly sum?: 'blocksFirst' | 'residualFirst' | 'blocksInPlace'
  /** Whether both norms compute before either block. Default: no. */
  readonly normsFirst?: boolean
  /** Whether the normalised inputs of both blocks live as long as the layer. Default: no. */
  readonly keepsNormalised?: boolean
}
