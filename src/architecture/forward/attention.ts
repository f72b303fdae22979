/** What attention computes from queries, keys and values, and what it keeps alive. */
export interface Attention {
  /** Whether queries, keys and values are clamped in place. Default: no. */
  readonly clamped?: boolean
  /** When queries and keys are normalised, where a layer has norms for them. Default: `projected`. */
  readonly headNorms?: HeadNorms
  /** The layers of Llama 4 in turn: rotated ones within chunks, and others with an attention temperature. */
  readonly chunks?: ChunkedAttention
  /**
   * Who repeats keys and values for the heads of queries that share them: the kernel, the code before any kernel, or the
   * code by choosing them by index from the product of the fused projection (Falcon). Default: `kernel`.
   */
  readonly sharedHeads?: 'kernel' | 'repeated' | 'indexed'
  /** Whether eager attention alone computes it: the family has no other kernel in transformers. Default: no. */
  readonly eagerOnly?: boolean
  /** Whether scores are capped by a tanh, which eager attention alone can. Default: no. */
  readonly cappedScores?: boolean
  /** How eager attention is written out. */
  readonly eager?: EagerAttention
  /**
   * Whether a layer returns the weights of eager attention always, so that they live until the next layer returns.
   * Default: no.
   */
  readonly returnsWeights?: boolean
  /**
   * Whether what was projected (queries and keys before rotation, or the product that they are parts of) lives on.
   * Default: no.
   */
  readonly keepsProjections?: boolean
}

/** As each is projected; once the values are projected too; or after rotation. */
export type HeadNorms = 'projected' | 'allProjected' | 'rotated'

/**
 * Llama 4's interleaved attention. Layers that rotate attend within chunks, and may normalise queries and keys without a gain;
 * the others scale queries by the place of their token.
 */
export interface ChunkedAttention {
  readonly chunkTokens: number
  readonly unitNorms: boolean
  readonly attentionTemperature: boolean
}

/** Attention as code that computes it operation by operation. */
export interface EagerAttention {
  /** Whether queries and keys are cast to float32 first. Default: no. */
  readonly float32Inputs?: boolean
  /** How scores are scaled: into a new tensor, in place, or not at all. Default: `copied`. */
  readonly scale?: 'copied' | 'inPlace' | 'none'
  /** Whether a mask that the layer keeps comes before the model's mask. Default: no. */
  readonly layerMask?: boolean
  /** Whether the scores live on beside their sum with the mask. Default: no. */
  readonly keepsScores?: boolean
  /** What softmax computes in: float32, or the type of the scores. Default: `float32`. */
  readonly softmax?: 'float32' | 'scores'
  /** What the weights are cast to the type of. Default: `query`. */
  readonly weights?: 'query' | 'value'
}
