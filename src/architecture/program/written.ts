import type { Count } from './count.js'

/** A part of a model whose code is replayed operation by operation: `estimate/replay/program/written` has one file for each kind. */
export type WrittenBlock =
  | BiasedAttention
  | BlockSparseAttention
  | DisentangledAttention
  | Exchanged
  | FourierMixing
  | JointDisentangledAttention
  | JointPrediction
  | LandmarkAttention
  | GuessedTokens
  | HiddenPixels
  | ImageOfPatches
  | MaskedConvolution
  | PageAttention
  | PageBias
  | PairedAttention
  | PlacedAttention
  | JoinedCrops
  | ProbingAttention
  | QueriedAttention
  | ShiftedAttention
  | SlidingAttention
  | StridedLinear
  | Trigrams
  | UnitVectors
  | WideNorm
  | RelativeBias
  | ChunkedSound
  | CtcLoss
  | GatedAttention
  | PositionalConvolution
  | SoundAdapter
  | SoundConvolution
  | SoundStem
  | SpecAugment
  | SpeakerLoss
  | SpeechBias
  | StepsDeviation
  | TimeDelay
  | StreamNorm
  | TurnedLayer
  | TurnedLinear
  | TurnedNorm
  | ResizedPositions
  | WeightedLayers
  | WindowAttention

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
 * Attention of blocks of tokens to their neighbours, to the first and the last block, and to some at random (BigBird). Reads `hidden`, and the masks
 * `ones`, `rows` (the same in the dtype of `hidden`), `columns` and `band`; projects by `query`, `key` and `value`.
 */
export interface BlockSparseAttention {
  readonly kind: 'blockSparseAttention'
  readonly heads: number
  /** The tokens of a block. */
  readonly size: number
  /** How many random blocks each one sees. */
  readonly random: number
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

/** The logits of all patches from `hidden`, in which a vector for the whole image comes first (BEiT). Projects by `lm_head`. */
export interface GuessedTokens {
  readonly kind: 'guessedTokens'
  readonly patches: number
}

/** An image from the vectors of its patches, by a convolution and `PixelShuffle` (ViT). Reads `hidden`. */
export interface ImageOfPatches {
  readonly kind: 'imageOfPatches'
  readonly patches: number
  /** The vectors that stand for no patch, of which one comes first. */
  readonly others: number
  readonly channels: number
  /** The side of what a patch becomes, in pixels. */
  readonly stride: number
}

/** The mean difference between `pixels` and the `result`, of the pixels that a mask has hidden. */
export interface HiddenPixels {
  readonly kind: 'hiddenPixels'
  readonly channels: number
  readonly side: number
  readonly patch: number
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
  /** How many images there are. Default: the batch. */
  readonly batch?: Count
  /** Whether it gets a mask of patches that are padding, which it adds to the scores as numbers. Default: no. */
  readonly isMasked?: boolean
}

/**
 * The crops of images side by side, without their padding and with a learned vector behind each row, then the whole of each, and two linear layers
 * (Phi-4-multimodal). Reads `means`, and gives one row for each token.
 */
export interface JoinedCrops {
  readonly kind: 'joinedCrops'
  /** Crops of an image, with the whole. */
  readonly crops: number
  readonly columns: number
  readonly rows: number
  /** Vectors on a side of a crop. */
  readonly side: number
  /** Those that are no padding. */
  readonly width: number
  readonly height: number
  /** The tokens of an image. */
  readonly tokens: number
}

/**
 * torch's `nn.MultiheadAttention` of learned vectors to those of patches, with all projections in one tensor of the module `multihead_attn` and
 * a mask of booleans (Aria). Reads `query`, `key` and `value`.
 */
export interface QueriedAttention {
  readonly kind: 'queriedAttention'
  readonly heads: number
  /** How many images there are. */
  readonly batch: Count
  readonly queries: number
  readonly keys: number
}

/** BEiT's bias for each pair of patches and each head, from the table of the module that the steps belong to. */
export interface RelativeBias {
  readonly kind: 'relativeBias'
  readonly heads: number
  /** The patches of a side. */
  readonly side: number
}

/** The positions of each image, resized to its shape, from the table `position_embedding` (SigLIP 2). Each image is nearly a square of patches. */
export interface ResizedPositions {
  readonly kind: 'resizedPositions'
  readonly patches: number
}

/**
 * BEiT's attention with biases, which have a gradient. Reads `hidden`, `own` (the layer's bias) and `shared` (the bias of all layers), as far as it
 * has them; projects by `query`, `key` and `value`.
 */
export interface WindowAttention {
  readonly kind: 'windowAttention'
  readonly heads: number
  readonly tokens: number
  readonly isOwn: boolean
  readonly isShared: boolean
  /** The rate of dropout of its weights. */
  readonly dropout: number
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

/**
 * Attention to the tokens of a window around each one, and to some that all others see, in overlapping chunks (Longformer). Reads `hidden`, `mask`
 * and `masked` (which tokens are padding); projects by `query`, `key` and `value`, and by `query_global`, `key_global` and `value_global`. Gives
 * the tokens before the sequences.
 */
export interface SlidingAttention {
  readonly kind: 'slidingAttention'
  readonly heads: number
  readonly window: number
  /** The largest window of all layers: texts are padded to a multiple of it. */
  readonly longest: number
  /** The tokens of each sequence that all others see: at most so many, and fewer than its tokens by what is `beside`. Default: none. */
  readonly global?: { readonly most: number; readonly beside: number }
  /** The rate of dropout of its weights. */
  readonly dropout: number
}

/** A linear layer on `hidden`, whose sequences lie apart in memory: behind all tokens, or with padding between them, of so many tokens in all. */
export interface StridedLinear {
  readonly kind: 'stridedLinear'
  readonly module: string
  readonly order: 'tokens first' | 'padded'
  readonly tokens: Count
}

/** The embedding of each word between those of its neighbours, with zeros at the ends (MobileBERT). Reads `words`. */
export interface Trigrams {
  readonly kind: 'trigrams'
}

/** A layer norm in separate operations, in float32 (DeBERTa). Reads `x`. */
export interface WideNorm {
  readonly kind: 'wideNorm'
}

/** A convolution over the sound (wav2vec 2.0), its norm and its activation function. Reads `x`. */
export interface SoundConvolution {
  readonly kind: 'soundConvolution'
  /** `[batch, channels, steps]` of what it reads and makes. */
  readonly from: Count
  readonly to: Count
  /** A norm of each channel, or of each step. */
  readonly norm: 'channels' | 'steps' | 'none'
  readonly activation: string
  /** Whether what it reads has the channels of a step next to each other in memory. */
  readonly isTurned: boolean
}

/**
 * Convolutions over the sound with a group norm behind the first (Moonshine), by `conv1`, `conv2`, `conv3` and `groupnorm`. Reads `features`, and gives
 * vectors of steps as a view: in memory, the steps of a channel are next to each other.
 */
export interface SoundStem {
  readonly kind: 'soundStem'
  readonly samples: Count
  /** The channels and the steps behind each convolution. */
  readonly widths: readonly number[]
  readonly steps: readonly Count[]
}

/**
 * Attention with queries and keys whose neighbouring features are rotated together, unless it is to another source (Moonshine). Reads `hidden`;
 * `source` where it attends to that; `cos` and `sin` where it rotates; and the `mask` of eager attention where it is causal.
 */
export interface PairedAttention {
  readonly kind: 'pairedAttention'
  readonly heads: number
  readonly headDim: number
  /** How many features of a head are rotated. */
  readonly rotated: number
  readonly queries: Count
  readonly keys: Count
  readonly isCross: boolean
  readonly isCausal: boolean
  /** Whether keys and values are cached in a prefill. */
  readonly caches: boolean
  /** Heads are padded to a multiple of so many features. Default: they are not. */
  readonly padded?: number | undefined
  /** The rate of dropout of its weights. */
  readonly dropout: number
}

/** Hidden states as vectors of steps, of which those of a channel are next to each other in memory. */
interface TurnedStates {
  readonly steps: Count
  readonly size: number
}

/** A layer of an encoder on such `hidden` states, which keep their memory order. Reads `cos` and `sin` as well (Moonshine). */
export interface TurnedLayer extends TurnedStates {
  readonly kind: 'turnedLayer'
  readonly attention: Omit<PairedAttention, 'kind'>
  readonly activation: string
}

/** A layer norm of such `hidden` states, which puts them in order. */
export interface StreamNorm extends TurnedStates {
  readonly kind: 'streamNorm'
  readonly module: string
}

/** What convolutions have made of the sound, the other way round: the vectors of steps. */
interface Turned {
  /** `[batch, steps, channels]`. */
  readonly shape: Count
  /** Whether they are next to each other in memory already. */
  readonly isInOrder: boolean
  readonly module: string
}

/** A layer norm of `features`. */
export interface TurnedNorm extends Turned {
  readonly kind: 'turnedNorm'
}

/** A linear layer of `features`. */
export interface TurnedLinear extends Turned {
  readonly kind: 'turnedLinear'
}

/** What SpecAugment masks in `hidden`, in place: spans of moments, which get a learned vector, and spans of features (arXiv:1904.08779). */
export interface SpecAugment {
  readonly kind: 'specAugment'
  readonly steps: Count
  readonly hiddenSize: number
  readonly time?: Spans
  readonly isOfFeatures: boolean
}

/** How many spans there are at most. */
export interface Spans {
  readonly share: number
  readonly length: number
  readonly least: number
}

/** A convolution that tells where a step is. Its weight is a direction and a length, unless it is of what a norm of batches gives. Reads `hidden`. */
export interface PositionalConvolution {
  readonly kind: 'positionalConvolution'
  readonly normsBatch: boolean
  readonly steps: Count
  readonly kernel: number
  readonly activation: string
}

/** Convolutions behind the encoder, which make its output shorter. Reads `hidden`, and gives it with the steps next to each other. */
export interface SoundAdapter {
  readonly kind: 'soundAdapter'
  /** Steps before the first convolution, and behind each. */
  readonly steps: readonly Count[]
  readonly size: number
}

/** A bias for each distance of two steps, for all sequences (WavLM). */
export interface SpeechBias {
  readonly kind: 'speechBias'
  readonly heads: number
  readonly steps: Count
}

/** torch's `multi_head_attention_forward` with a bias that each query weighs with gates (WavLM). Reads `hidden` and `bias`. */
export interface GatedAttention {
  readonly kind: 'gatedAttention'
  readonly heads: number
  readonly steps: Count
}

/** A layer of a time delay network, whose linear layer `kernel` is run as a convolution. Reads `x`. */
export interface TimeDelay {
  readonly kind: 'timeDelay'
  /** `[steps, channels]` of what it reads and makes. */
  readonly from: Count
  readonly to: Count
  readonly kernel: number
}

/** The standard deviation of `x` over the steps. */
export interface StepsDeviation {
  readonly kind: 'stepsDeviation'
  /** `[steps, channels]`. */
  readonly shape: Count
}

/** A cross entropy of angles with a margin, to the vectors of speakers in `weight`, of `result` (Wang et al. 2018, arXiv:1801.05599). */
export interface SpeakerLoss {
  readonly kind: 'speakerLoss'
  readonly speakers: number
}

/**
 * Attention of each chunk of sound to a few steps before and behind it, in float32, with a product for each distance (Gemma 4). Reads `hidden`,
 * `places` and `mask`; projects by `q_proj`, `k_proj`, `v_proj` and `post`.
 */
export interface ChunkedSound {
  readonly kind: 'chunkedSound'
  readonly heads: number
  readonly steps: number
  readonly chunk: number
  /** Steps before and behind a chunk that it sees. */
  readonly past: number
  readonly future: number
  /** Distances that have a vector. */
  readonly distances: number
  /** Whether linear layers clip what goes in and comes out. */
  readonly isClipped: boolean
}

/** Connectionist temporal classification of `result`, without cuDNN (Graves et al. 2006). */
export interface CtcLoss {
  readonly kind: 'ctcLoss'
  /** Elements of the sound. */
  readonly samples: Count
  readonly steps: Count
  readonly labels: Count
  /** Whether each sound's loss is divided by its characters, and whether one that is infinite is 0. */
  readonly isMean: boolean
  readonly dropsInfinite: boolean
}

/** The sum of variables, with `layer_weights`. */
export interface WeightedLayers {
  readonly kind: 'weightedLayers'
  readonly states: readonly string[]
  readonly steps: Count
}
