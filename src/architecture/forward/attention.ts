/** What attention computes from queries, keys and values, and what it keeps alive. */
export interface Attention {
  /** Whether the projection of the queries also makes a gate for the output (Qwen3-Next). Default: no. */
  readonly gated?: boolean
  /** A gate for the output that a layer of its own makes. Default: none. */
  readonly outputGate?: OutputGate
  /** Whether queries are multiplied by a number after their projection, in the code and not in the kernel (OPT). Default: no. */
  readonly scaledQueries?: boolean
  /** Whether queries that are not rotated are multiplied in float32 by a number of their place (Beam). Default: no. */
  readonly scaledWhereUnrotated?: boolean
  /** Whether values are multiplied by a number behind their projection (MiMo). Default: no. */
  readonly scaledValues?: boolean
  /** Whether keys are multiplied by a number before they are rotated. Default: no. */
  readonly scaledKeys?: boolean
  /** Whether queries, keys and values are clamped, in place if they are projected separately. Default: no. */
  readonly clamped?: boolean
  /** When queries and keys are normalised, if a layer has norms for them. Default: `projected`. */
  readonly headNorms?: HeadNorms
  /** Llama 4's alternating layers: rotated ones within chunks, and others with an attention temperature. */
  readonly chunks?: ChunkedAttention
  /**
   * Who repeats keys and values for the query heads that share them: the kernel, the code before every kernel, or the code
   * by indexing the output of the fused projection (Falcon). Default: `kernel`.
   */
  readonly sharedHeads?: 'kernel' | 'repeated' | 'indexed'
  /** Whether transformers has only eager attention for this family. Default: no. */
  readonly eagerOnly?: boolean
  /** Whether scores are capped by a tanh, which only eager attention supports. Default: no. */
  readonly cappedScores?: boolean
  /** Whether the cache of a prefill has copies of keys and values, or the tensors themselves. Default: `copied`. */
  readonly cache?: 'copied' | 'kept'
  /**
   * What the cache of latent attention keeps: keys and values of all heads, or the vector that they are computed from (transformers 5).
   * Default: `heads`.
   */
  readonly latent?: 'heads' | 'vector'
  /** Whether latent attention multiplies queries and the latent vector by numbers (LongCat-Flash). Default: no. */
  readonly scaledLatent?: boolean
  /** Whether all queries are multiplied by a number of their place, in their dtype (Ministral 3, and Mistral 4 with latent attention). Default: no. */
  readonly placesScaleQueries?: boolean
  /**
   * Whether an indexer chooses the tokens that each token attends to, and which of its features are rotated together (DeepSeek-V3.2,
   * GLM-5). Default: `none`.
   */
  readonly indexer?: 'none' | 'halves' | 'neighbours'
  /** The size of the blocks of keys that an indexer chooses, and how many of them, in layers that have one (MiniMax-M3). Default: none. */
  readonly blocks?: { readonly size: number; readonly top: number }
  /** How many keys a token attends to at most, by their scores, in layers that score keys by their values (Doge). Default: all. */
  readonly keptKeys?: number
  /** How many tokens an indexer chooses. Default: 0. */
  readonly chosenTokens?: number
  /** Whether layers hand on what their indexer has chosen. Default: no. */
  readonly handsOn?: boolean
  /** Which layers hand on their keys and values, and which take those of another. Default: each has its own. */
  readonly keySharing?: KeySharing
  /** Whether half of the heads are subtracted from the others, with values of twice the width (DiffLlama). Default: no. */
  readonly isDifference?: boolean
  /** How eager attention is written. */
  readonly eager?: EagerAttention
  /** Attention to a window and to compressed keys of older tokens (DeepSeek-V4). Default: none. */
  readonly compressors?: CompressorAttention
  /** Attention that has code of its own in `estimate/replay/attention/written`. Default: it is made of the parts above. */
  readonly written?: WrittenAttention
  /**
   * Whether a layer always returns the weights of eager attention, so that they live until the next layer returns.
   * Default: no.
   */
  readonly returnsWeights?: boolean
  /**
   * Whether the projections (queries and keys before rotation, or the fused product that they are slices of) stay alive.
   * Default: no.
   */
  readonly keepsProjections?: boolean
}

/**
 * A gate that the input of attention opens, for each feature of the output or for each head, as wide as its layer is.
 */
export interface OutputGate {
  /** The name of its layer. */
  readonly layer: string
  /** When it is projected: after the values, before rotation, or behind the kernel. */
  readonly projected: 'withValues' | 'beforeRotation' | 'behind'
  /** The function that opens it, or a softplus of a float32 copy, cast back (Laguna). */
  readonly opens: 'sigmoid' | 'softplus'
  /** The name of a bias for each head. Default: none. */
  readonly bias?: string
}

/** Layers that use the keys and values of others (Gemma 4), by their indices. */
export interface KeySharing {
  /** The layers that keep theirs for others, until the model returns. */
  readonly stored: readonly number[]
  /** Layers without keys and values, each with the layer that has theirs. */
  readonly taken: Readonly<Record<number, number>>
  /**
   * Where layers find them: in a variable of the model, so that a prefill computes the layers that take them for the last token alone; or in
   * the cache, so that each layer has its own in training (Gemma 3n).
   */
  readonly in: 'variable' | 'cache'
  /** Whether a prefill computes these layers for all tokens, as outputs of layers are recorded. Default: no. */
  readonly computesAll?: boolean
}

/** Attention with one head of keys, which are the values too, beside keys that compressors make of windows of tokens. */
export interface CompressorAttention {
  /** How many of a head's last features are rotated. */
  readonly rotatedFeatures: number
  /** The tokens of a window whose key an indexer can choose, and of one that all later tokens see. */
  readonly sparseRate: number
  readonly heavyRate: number
  /** How many keys an indexer chooses. */
  readonly chosen: number
  /** The groups of heads that are projected apart. */
  readonly groups: number
}

/** Right after each projection, after the values are projected too, or after rotation. */
export type HeadNorms = 'projected' | 'allProjected' | 'rotated'

/**
 * Llama 4's interleaved attention. Layers that rotate attend within chunks, and may normalise queries and keys without a
 * gain. The other layers scale queries by the position of their token.
 */
export interface ChunkedAttention {
  readonly chunkTokens: number
  readonly unitNorms: boolean
  readonly attentionTemperature: boolean
}

/** Eager attention: code that computes attention operation by operation. */
export interface EagerAttention {
  /** Whether queries and keys are cast to float32 first. Default: no. */
  readonly float32Inputs?: boolean
  /** Whether the scores are in float32 under autocast too. Default: no. */
  readonly scoresWithoutAutocast?: boolean
  /**
   * What a sink of each head does, if a layer has them: it is a score beside the others, from which the largest is subtracted, with the
   * names of gpt-oss (`beside`) or of MiMo, which subtracts in layers without sinks too (`shifted`); a score beside the others in one expression
   * (`inOne`, Flint); or it scales the output by what the scores sum up to (`scaling`, Granite). Default: `beside`.
   */
  readonly sinks?: 'beside' | 'shifted' | 'inOne' | 'scaling'
  /**
   * How scores are scaled: into a new tensor, in place, or not at all; or queries are, in a tensor that the product alone has (InternViT).
   * Default: `copied`.
   */
  readonly scale?: 'copied' | 'inPlace' | 'none' | 'queries'
  /** Whether ALiBi's bias is added to a float32 copy of the scores, before they are scaled and beside the mask, which has it too (Falcon). Default: no. */
  readonly biased?: boolean
  /** Whether a boolean mask is applied to the scores, before or after the model's mask is added. Default: no. */
  readonly layerMask?: boolean | 'last'
  /** Whether the scores stay alive next to their sum with the mask. Default: no. */
  readonly keepsScores?: boolean
  /** Whether the mask is added in place. Default: no. */
  readonly masksInPlace?: boolean
  /** Whether the input of the softmax stays alive until attention ends, or as long as the weights. Default: no. */
  readonly keepsMasked?: boolean | 'likeWeights'
  /**
   * The dtype of the softmax: float32, or the dtype of the scores. With `castFirst` the code makes a copy in float32 itself, also of float16, which
   * CUDA's kernel otherwise converts inside. Default: `float32`.
   */
  readonly softmax?: 'float32' | 'castFirst' | 'scores'
  /** The tensor whose dtype the code casts the weights to, if it casts them. Default: `query`. */
  readonly weights?: 'query' | 'value' | 'none'
  /** Why there is no model of it with this config, though there is of the other kernels. Default: empty, there is one. */
  readonly undescribed?: string
}

/** Attention that is not made of the parts of others. */
export type WrittenAttention =
  | PartitionedAttention
  | CopiedTable
  | FlatAttention
  | MaskedByProduct
  | NamedScores
  | AddedProduct
  | GroupedProjection
  | CachedTables
  | TokensFirst
  | NeighbourPairs
  | PackedThree

/**
 * Queries, values and keys from four partitions of one projection; queries and keys are in float32 (CodeGen).
 */
export interface PartitionedAttention {
  readonly kind: 'partitioned'
  /** How many features of each head are rotated. */
  readonly rotatedFeatures: number
}

/** Rotation by a table of all positions that each layer copies in each pass; queries and keys are in float32 (GPT-J). */
export interface CopiedTable {
  readonly kind: 'copiedTable'
  /** How many features of each head are rotated. With 0, transformers stops. */
  readonly rotatedFeatures: number
  /** The rows of the table. */
  readonly positions: number
}

/** Heads and sequences in one dimension; scores have a lower bound (XGLM). */
export interface FlatAttention {
  readonly kind: 'flat'
}

/** Queries, keys and values from one `Conv1D`; scores are multiplied by a buffer of zeros and ones (GPT). */
export interface MaskedByProduct {
  readonly kind: 'maskedByProduct'
}

/** Every step of the scores has a name of its own, and the mask is multiplied for each layer (CTRL). */
export interface NamedScores {
  readonly kind: 'namedScores'
}

/** Scores are the sum of zeros and a product; queries and keys are rotated in part, from one projection of all heads (GPT-NeoX Japanese). */
export interface AddedProduct {
  readonly kind: 'addedProduct'
  /** How many features of each head are rotated. */
  readonly rotatedFeatures: number
}

/** Queries, keys and values of each group of heads from neighbouring parts of one projection (InternLM 2). */
export interface GroupedProjection {
  readonly kind: 'groupedProjection'
}

/** Every layer has tables of cosines and sines as buffers, which rotate queries and keys in float32 (MiniCPM). */
export interface CachedTables {
  readonly kind: 'cachedTables'
}

/** Queries and keys are rotated with their heads behind the tokens, by tables that the model keeps; each layer makes a mask (Qwen). */
export interface TokensFirst {
  readonly kind: 'tokensFirst'
  readonly rotatedFeatures: number
  /** Whether the code uses flash-attn if it is installed. */
  readonly usesFlash: boolean
  /** The tokens behind which a prefill multiplies queries by a number of their place. Default: never. */
  readonly scaledBehind?: number | undefined
}

/** Neighbouring features are rotated together, by one table of cosines and sines; keys and values are copied for each query head (GLM-4-9B). */
export interface NeighbourPairs {
  readonly kind: 'neighbourPairs'
  readonly rotatedFeatures: number
  /** Whether tokens come before sequences in all arrays (ChatGLM 2 and 3). Then the cache keeps keys and values as they are. Default: no. */
  readonly tokensOutside?: boolean
  /** Whether heads share keys and values. Otherwise the projection has those of each head beside its queries. */
  readonly sharesKeys: boolean
  /** Whether eager attention casts the scores to float32. */
  readonly float32Scores: boolean
  /** Whether it multiplies them by the number of the layer. */
  readonly scalesByLayer: boolean
}

/** Queries, keys and values as three parts of one projection, in a dimension of their own (Baichuan). */
export interface PackedThree {
  readonly kind: 'packedThree'
  /** Whether scores have biases by distance, from a mask for all heads; otherwise queries and keys are rotated. */
  readonly biases: boolean
}
