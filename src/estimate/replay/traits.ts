import type { Architecture } from '../../architecture/index.js'
import type { EagerStyle } from './attention/eager-attention.js'
import { latentShareOf } from './attention/latent-sizes.js'
import { type ExpertTraits, expertTraitsOf } from './experts/expert-traits.js'

/** What a family's forward pass does that its module tree does not show. */
export interface ForwardTraits {
  /**
   * How a norm computes: as Llama's, `wide` with the gain multiplied in float32 (OLMo 2), or `cast` to it before
   * (Helium), as Gemma's (that, and `1 + weight`),
   * as Cohere's (layer normalisation written out in float32), layer normalisation on a `float32` copy (OLMo), or with
   * `1 + weight` for its gain (Nemotron, `shifted`).
   */
  readonly norm: 'llama' | 'wide' | 'cast' | 'gemma' | 'cohere' | 'float32' | 'shifted'
  /** What stands between the projections of a feed-forward network, by its name in transformers' `ACT2FN`, or `bloom`. */
  readonly activation: string
  /** Whether what attention was given lives as long as the layer. */
  readonly holdsNormal: boolean
  /** Whether what attention returned lives as long as the layer. */
  readonly holdsAttended: boolean
  /** Whether attention scores are capped, which only eager attention can. */
  readonly softCap: boolean
  /** Whether logits are capped, or multiplied by a number. */
  readonly logits: 'plain' | 'capped' | 'scaled'
  /** Whether a prefill computes the logits of all tokens, whatever is asked for. */
  readonly allLogits: boolean
  /** Whether embeddings are multiplied by a number: as they are looked up, or for the first layer, beside the unscaled ones. */
  readonly scaledEmbedding: 'none' | 'looked up' | 'entering'
  /** Whether what a block returns is multiplied by a number before it is added. */
  readonly scaledResidual: boolean
  /** How positions are told: rotated queries and keys, or not in attention. */
  readonly rotary: boolean
  /** The share of a head's features that is rotated. */
  readonly rotaryShare: number
  /** How features that turn are paired in latent attention. */
  readonly pairs: 'halves' | 'interleaved' | 'complex'
  /** Whether queries and keys are normalised without a gain once they are rotated. */
  readonly unitNorms: boolean
  /** Whether queries that are not rotated are scaled by the place of their token. */
  readonly temperedQueries: boolean
  /** The length of chunks that layers with rotation attend within. */
  readonly chunkTokens: number
  /** Whether a layer rotates queries and keys, where the model does. */
  readonly rotates: (layer: number) => boolean
  /** Whether rotated and other features are put together anew, which exchanges the dimensions of what attention returns. */
  readonly partialRotary: boolean
  /**
   * What rotation computes in: the model's type, or float32, because cosines and sines are left in it (OLMo), queries and keys
   * are cast before (Cohere), or each term is (Ernie).
   */
  readonly rotaryPrecision: 'own' | 'tables' | 'inputs' | 'terms'
  /**
   * Which cosines and sines a layer is given, where layers with a window have their own (Gemma 3, OLMo 3): those of its kind,
   * or both.
   */
  readonly tables: 'shared' | 'of its kind' | 'of both kinds'
  /** Whether each layer makes cosines and sines of its own, each value twice, of those that all share. */
  readonly ownTables: boolean
  /** Whether the rotated share of queries is put together again before keys are rotated. */
  readonly rotatesOneByOne: boolean
  /** When queries and keys are normalised, where they are: as they are projected, after values are, or after rotation. */
  readonly normsHeads: 'projected' | 'together' | 'rotated'
  /** Whether the code repeats keys and values for each query head itself, before any kernel. */
  readonly repeatsKeys: boolean
  /** Whether queries and keys as they were before rotation, or the product that they are parts of, live as long as attention. */
  readonly holdsProjections: boolean
  /** Whether the rotated share of queries and keys does so too. */
  readonly holdsRotated: boolean
  /** How attention is written out where no kernel computes it, by a name in `eager-attention.ts`. */
  readonly eager: EagerStyle
  /** Whether a layer returns the weights of eager attention always, so that they live until the next returns. */
  readonly returnsWeights: boolean
  /** Whether transformers has no kernel for the family, and always writes attention out. */
  readonly onlyEager: boolean
  /** Whether queries, keys and values are clamped in place. */
  readonly clamped: boolean
  /** Whether attention and feed-forward network stand side by side. */
  readonly parallel: boolean
  /** How both and the residual stream are added up then. */
  readonly parallelSum: 'blocks first' | 'residual first' | 'in place'
  /** Whether the norms of both come before either. */
  readonly normsFirst: boolean
  /**
   * Whether linear layers of blocks are written out, `x @ weight.T + bias`: the sum is an operation of its own, and autocast
   * keeps no copy of a weight that it gets turned (Falcon).
   */
  readonly writesOutLinear: boolean
  /** Whether heads that share keys choose them by index from a product of all (Falcon). */
  readonly choosesHeads: boolean
  /** Whether scores are biased by distance (ALiBi); in Falcon in place of rotation, though its tables are made. */
  readonly alibi: boolean
  /** Whether gradient checkpointing reaches the layers: GPT-BigCode's are none of those that transformers checkpoints. */
  readonly checkpointed: boolean
  /** Whether all layers are given one mask, with the window in it where there is one; others have a mask for each kind. */
  readonly oneMask: boolean
  /** Whether the mask of eager attention is one for all sequences, and a column longer than they are. */
  readonly sharedMask: boolean
  /** Whether windows lie in masks that layers keep (GPT-Neo), so that the model makes no mask with one. */
  readonly ownWindows: boolean
  /** Whether a layer attends through a window. */
  readonly sliding: (layer: number) => boolean
}

/** The traits of one model, its mixture of experts included. */
export interface ModelTraits extends ForwardTraits {
  readonly experts: ExpertTraits
}

const LLAMA: ForwardTraits = {
  norm: 'llama',
  activation: 'silu',
  holdsNormal: false,
  holdsAttended: false,
  softCap: false,
  logits: 'plain',
  allLogits: false,
  scaledEmbedding: 'none',
  scaledResidual: false,
  rotary: true,
  rotaryShare: 1,
  pairs: 'halves',
  unitNorms: false,
  temperedQueries: false,
  chunkTokens: Number.POSITIVE_INFINITY,
  rotates: () => true,
  partialRotary: false,
  rotaryPrecision: 'own',
  tables: 'shared',
  ownTables: false,
  rotatesOneByOne: false,
  normsHeads: 'projected',
  repeatsKeys: false,
  holdsProjections: false,
  holdsRotated: false,
  eager: 'llama',
  onlyEager: false,
  returnsWeights: false,
  clamped: false,
  parallel: false,
  parallelSum: 'blocks first',
  normsFirst: false,
  writesOutLinear: false,
  choosesHeads: false,
  alibi: false,
  checkpointed: true,
  oneMask: false,
  sharedMask: false,
  ownWindows: false,
  sliding: () => true,
}

const GRANITE: ForwardTraits = { ...LLAMA, scaledEmbedding: 'looked up', scaledResidual: true, logits: 'scaled' }
const GEMMA: ForwardTraits = { ...LLAMA, norm: 'gemma', activation: 'gelu', scaledEmbedding: 'entering' }
const GPT2: ForwardTraits = { ...LLAMA, holdsAttended: true, activation: 'gelu_new', rotary: false }
const COHERE: ForwardTraits = {
  ...LLAMA,
  norm: 'cohere',
  normsHeads: 'together',
  parallel: true,
  parallelSum: 'residual first',
  rotaryPrecision: 'inputs',
  logits: 'scaled',
}

/** Class defaults of transformers; by `model_type`. */
const TRAITS: Readonly<Record<string, ForwardTraits>> = {
  llama: LLAMA,
  mistral: { ...LLAMA, oneMask: true },
  ministral: LLAMA,
  ministral3: LLAMA,
  mixtral: { ...LLAMA, oneMask: true },
  qwen2: LLAMA,
  qwen2_moe: { ...LLAMA, repeatsKeys: true, sharedMask: true },
  qwen3: LLAMA,
  qwen3_moe: { ...LLAMA, oneMask: true },
  seed_oss: LLAMA,
  smollm3: LLAMA,
  helium: { ...LLAMA, norm: 'cast', ownTables: true },
  hunyuan_v1_dense: { ...LLAMA, normsHeads: 'rotated' },
  hunyuan_v1_moe: { ...LLAMA, normsHeads: 'rotated' },
  olmo: { ...LLAMA, norm: 'float32', rotaryPrecision: 'tables' },
  olmo2: { ...LLAMA, norm: 'wide', rotaryPrecision: 'tables' },
  olmo3: { ...LLAMA, norm: 'wide', rotaryPrecision: 'tables', tables: 'of its kind' },
  olmoe: { ...LLAMA, repeatsKeys: true, sharedMask: true },
  exaone4: { ...LLAMA, normsHeads: 'together' },
  ernie4_5: { ...LLAMA, rotaryPrecision: 'terms', ownTables: true },
  ernie4_5_moe: { ...LLAMA, rotaryPrecision: 'terms', ownTables: true },
  arcee: { ...LLAMA, activation: 'relu2' },
  bitnet: { ...LLAMA, activation: 'relu2' },
  phi3: { ...LLAMA, holdsProjections: true, oneMask: true, partialRotary: true },
  phimoe: { ...LLAMA, ownTables: true, repeatsKeys: true, sharedMask: true },
  phi: {
    ...LLAMA,
    normsHeads: 'together',
    holdsProjections: true,
    holdsRotated: true,
    activation: 'gelu_new',
    rotaryShare: 0.5,
    partialRotary: true,
    parallel: true,
  },
  stablelm: {
    ...LLAMA,
    sharedMask: true,
    parallelSum: 'residual first',
    normsHeads: 'together',
    holdsNormal: true,
    holdsAttended: true,
    holdsProjections: true,
    holdsRotated: true,
    repeatsKeys: true,
    rotaryShare: 0.25,
    partialRotary: true,
  },
  starcoder2: { ...LLAMA, oneMask: true, activation: 'gelu' },
  nemotron: {
    ...LLAMA,
    sharedMask: true,
    norm: 'shifted',
    repeatsKeys: true,
    activation: 'relu2',
    rotaryShare: 0.5,
    partialRotary: true,
  },
  persimmon: {
    ...LLAMA,
    sharedMask: true,
    normsHeads: 'together',
    holdsProjections: true,
    holdsRotated: true,
    activation: 'relu2',
    rotaryShare: 0.5,
    partialRotary: true,
  },
  glm: { ...LLAMA, rotaryShare: 0.5, partialRotary: true, ownTables: true },
  glm4: { ...LLAMA, rotaryShare: 0.5, partialRotary: true, ownTables: true },
  glm4_moe: { ...LLAMA, normsHeads: 'together', rotaryShare: 0.5, partialRotary: true },
  llama4_text: {
    ...LLAMA,
    eager: 'llama4',
    pairs: 'complex',
    unitNorms: true,
    temperedQueries: true,
    holdsAttended: true,
  },
  deepseek_v2: { ...LLAMA, pairs: 'complex' },
  deepseek_v3: { ...LLAMA, pairs: 'interleaved' },
  granite: GRANITE,
  granitemoe: { ...GRANITE, sharedMask: true },
  gemma: GEMMA,
  gemma2: { ...GEMMA, softCap: true, logits: 'capped' },
  gemma3_text: { ...GEMMA, scaledEmbedding: 'looked up', normsHeads: 'together', tables: 'of both kinds' },
  cohere: COHERE,
  cohere2: COHERE,
  gpt2: { ...GPT2, eager: 'gpt2' },
  gpt_neo: {
    ...GPT2,
    eager: 'gpt_neo',
    onlyEager: true,
    allLogits: true,
    returnsWeights: true,
    sharedMask: true,
    ownWindows: true,
  },
  gpt_bigcode: { ...GPT2, allLogits: true, activation: 'gelu', checkpointed: false },
  gptj: {
    ...GPT2,
    allLogits: true,
    onlyEager: true,
    rotary: true,
    rotaryShare: 0.25,
    partialRotary: true,
    parallel: true,
  },
  gpt_neox: {
    ...LLAMA,
    holdsProjections: true,
    activation: 'gelu',
    rotaryShare: 0.25,
    partialRotary: true,
    parallel: true,
  },
  falcon: {
    ...LLAMA,
    eager: 'falcon',
    returnsWeights: true,
    holdsProjections: true,
    holdsNormal: true,
    holdsAttended: true,
    writesOutLinear: true,
    choosesHeads: true,
    normsFirst: true,
    activation: 'gelu',
    parallel: true,
    parallelSum: 'in place',
  },
  bloom: {
    ...GPT2,
    alibi: true,
    allLogits: true,
    onlyEager: true,
    holdsAttended: false,
    holdsProjections: true,
    activation: 'bloom',
  },
  opt: { ...GPT2, allLogits: true, holdsAttended: false, activation: 'relu' },
}

/** Whether the forward pass of a family is described. */
export function isForwardPassDescribed(family: string): boolean {
  return Object.hasOwn(TRAITS, family)
}

/** The traits of a model: those of its family, or of Llama where that is not described, and what its config says of them. */
export function traitsOf(architecture: Architecture): ModelTraits {
  const { family, dimensions, computation = {} } = architecture
  const byClass = (Object.hasOwn(TRAITS, family) ? TRAITS[family] : undefined) ?? LLAMA
  const windowed = dimensions.windowLayers && new Set(dimensions.windowLayers)
  const hasWindow = dimensions.windowTokens !== undefined
  const unrotated = new Set(computation.unrotatedLayers)
  const isCapped = computation.cappedLogits ?? byClass.logits === 'capped'
  return {
    ...byClass,
    experts: expertTraitsOf(architecture),
    activation: computation.activation ?? byClass.activation,
    softCap: computation.cappedScores ?? byClass.softCap,
    logits: byClass.logits === 'scaled' ? 'scaled' : isCapped ? 'capped' : 'plain',
    unitNorms: computation.unitNorms ?? byClass.unitNorms,
    temperedQueries: computation.temperedQueries ?? byClass.temperedQueries,
    chunkTokens: computation.chunkTokens ?? byClass.chunkTokens,
    pairs: computation.interleavedRotation === false && byClass.pairs === 'interleaved' ? 'halves' : byClass.pairs,
    rotaryShare:
      latentShareOf(architecture) ??
      (byClass.partialRotary ? (computation.rotaryShare ?? wholeShare(architecture, byClass.rotaryShare)) : 1),
    rotates: (layer) => !computation.alibi && !unrotated.has(layer),
    alibi: computation.alibi ?? byClass.alibi,
    clamped: computation.clampedProjections ?? byClass.clamped,
    parallel: computation.parallel ?? byClass.parallel,
    sliding: (layer) => !byClass.ownWindows && byClass.sliding(layer) && hasWindow && (windowed?.has(layer) ?? true),
  }
}

/** The share that counts whole features, as in `int(head_dim * partial_rotary_factor)`. */
function wholeShare({ dimensions: { headDim, hiddenSize, heads } }: Architecture, share: number): number {
  const features = headDim ?? Math.floor(hiddenSize / heads)
  return features > 0 ? Math.floor(features * share) / features : share
}
