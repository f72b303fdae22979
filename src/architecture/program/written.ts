/** A part of a model whose code is replayed operation by operation: `estimate/replay/program/written` has one file for each kind. */
export type WrittenBlock =
  | BiasedAttention
  | DisentangledAttention
  | Exchanged
  | FourierMixing
  | JointDisentangledAttention
  | JointPrediction
  | LandmarkAttention
  | MaskedConvolution
  | PageAttention
  | PageBias
  | PlacedAttention
  | ProbingAttention
  | ShiftedAttention
  | Trigrams
  | UnitVectors
  | WideNorm

/**
 * Attention with a bias for each distance and head, which has a gradient (MPNet). Reads `hidden`, `mask` and `bias`; projects by `q`,
 * `k`, `v` and `o`.
 */
export interface BiasedAttention {
  readonly kind: 'biasedAttention'
  readonly heads: number
  /** The rate of dropout of its weights. */
  readonly dropout: number
}

/**
 * DeBERTa v2's attention to the content of words and to their relative positions. Reads `hidden`, `mask`, `places` (the relative positions)
 * and `rel` (their embeddings), if it is relative.
 */
export interface DisentangledAttention {
  readonly kind: 'disentangledAttention'
  readonly heads: number
  /** Half of the relative positions that have embeddings; absent if attention is not relative. */
  readonly span?: number
  /** Whether content attends to positions, and positions to content. */
  readonly toPositions: boolean
  readonly toContent: boolean
  /** Whether positions are projected like words. */
  readonly sharesProjections: boolean
  /** The rates of dropout of its weights, and of the embeddings of positions. */
  readonly dropout: number
  readonly positionDropout: number
}

/** A variable with the tokens before the sequences, or the other way round, in a copy unless one of them is 1. */
export interface Exchanged {
  readonly kind: 'exchanged'
  readonly of: string
}

/** The real part of the Fourier transform of tokens and features (FNet). Reads `hidden`. */
export interface FourierMixing {
  readonly kind: 'fourierMixing'
}

/**
 * DeBERTa's attention to the content of words and to their relative positions, with one projection for queries, keys and values. Reads `hidden`,
 * `mask`, and `rel` (the embeddings of relative positions), if it is relative.
 */
export interface JointDisentangledAttention extends Omit<DisentangledAttention, 'kind' | 'sharesProjections'> {
  readonly kind: 'jointDisentangledAttention'
  /** Whether the scores and the weights of all heads are mixed by linear layers. */
  readonly talks: boolean
}

/**
 * The logits of words from the features of their embeddings (`decoder`) and from further ones (`dense`), whose matrices are concatenated
 * each time (MobileBERT). Reads `hidden`.
 */
export interface JointPrediction {
  readonly kind: 'jointPrediction'
}

/**
 * Attention by way of landmarks, the means of segments of queries and keys, with the inverse of the weights between them; and a convolution of
 * values (Nyströmformer). Reads `hidden` and `mask`; projects by `query`, `key` and `value`.
 */
export interface LandmarkAttention {
  readonly kind: 'landmarkAttention'
  readonly heads: number
  /** The number of segments, and the tokens of a text. Without them attention is BERT's. */
  readonly segments?: { readonly count: number; readonly tokens: number }
  readonly isConvolved: boolean
}

/**
 * DeBERTa v2's convolution behind its first layer. Reads `hidden` (the embeddings), `residual` (the output of the layer) and `ones` (which
 * tokens are none for padding).
 */
export interface MaskedConvolution {
  readonly kind: 'maskedConvolution'
  readonly activation: string
  /** The rate of dropout in front of the activation function. */
  readonly dropout: number
}

/**
 * Attention of the words and the patches of a page, with biases that have no gradients (LayoutLMv3). Reads `hidden`, `mask` and the biases;
 * projects by `query`, `key` and `value`.
 */
export interface PageAttention {
  readonly kind: 'pageAttention'
  readonly heads: number
  /** The tokens of a sequence beside its words. */
  readonly others: number
  readonly biases: readonly string[]
  /** The rate of dropout of its weights. */
  readonly dropout: number
}

/** The bias of attention for distances in the text (`places`) or on the page (`boxes`), without gradients (LayoutLMv3). */
export interface PageBias {
  readonly kind: 'pageBias'
  readonly heads: number
  /** The tokens of a sequence beside its words. */
  readonly others: number
  readonly of: 'places' | 'boxes'
}

/**
 * BERT's eager attention with positions in its scores. Reads `hidden`, `mask`, and `places` if it is rotary; projects by `query`, `key` and
 * `value`. The layer returns its weights.
 */
export interface PlacedAttention {
  readonly kind: 'placedAttention'
  readonly heads: number
  /** The rate of dropout of its weights. */
  readonly dropout: number
  /**
   * Embeddings of distances (`distance_embedding`), multiplied by queries, or by queries and keys (Shaw et al. 2018, arXiv:1803.02155; Huang
   * et al. 2020, arXiv:2009.13658); or a rotation of queries and keys, and perhaps of values (RoFormer).
   */
  readonly places: 'toQueries' | 'toQueriesAndKeys' | 'rotated' | 'rotatedWithValues'
}

/**
 * torch's `nn.MultiheadAttention` of one learned vector, `probe`, to the patches of each image, with all projections in one tensor of the module
 * `attention` (SigLIP). Reads `hidden`.
 */
export interface ProbingAttention {
  readonly kind: 'probingAttention'
  readonly heads: number
  readonly patches: number
}

/** The vectors of a variable, each divided by its length (`x / x.norm(p=2, dim=-1, keepdim=True)`). */
export interface UnitVectors {
  readonly kind: 'unitVectors'
  readonly of: string
}

/**
 * Transformer-XL's attention to words and to their relative positions, with the tokens first (XLNet). Reads `hidden`, `places`, and `mask` if it is
 * causal; its projections are parameters of the module (`q`, `k`, `v`, `o`, `r`). Ends with the norm of the sum.
 */
export interface ShiftedAttention {
  readonly kind: 'shiftedAttention'
  readonly heads: number
  readonly isCausal: boolean
  /** The rate of dropout, of its weights and of its output. */
  readonly dropout: number
}

/** The embedding of each word between those of its neighbours, with zeros at the ends (MobileBERT). Reads `words`. */
export interface Trigrams {
  readonly kind: 'trigrams'
}

/** A layer norm in separate operations, in float32 (DeBERTa). Reads `x`. */
export interface WideNorm {
  readonly kind: 'wideNorm'
}
