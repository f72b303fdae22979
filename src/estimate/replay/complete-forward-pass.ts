import type {
  Alibi,
  Attention,
  ChunkedAttention,
  CompressorAttention,
  Dimensions,
  Dropout,
  EagerAttention,
  FeedForward,
  ForwardPass,
  HyperConnectionResidual,
  KeySharing,
  LayerInputResidual,
  Logits,
  Masks,
  Mixture,
  NestedResidual,
  Norm,
  NormalisedResidual,
  NormalisedSumResidual,
  OutputGate,
  ParallelResidual,
  Residual,
  Rotation,
  RouterLogits,
  SequentialResidual,
  SharedResidual,
  ShortcutResidual,
  SingleResidual,
  StreamResidual,
  ThinnedResidual,
  WrittenAttention,
} from '../../architecture/index.js'
import {
  ATTENTION,
  DROPOUT,
  EAGER_ATTENTION,
  LOGITS,
  MASKS,
  MIXTURE,
  PARALLEL,
  ROTATION,
  ROUTER_LOGITS,
  SEQUENTIAL,
} from './forward-pass-defaults.js'

/** A forward pass with every default filled in. */
export interface CompleteForwardPass {
  readonly embedding: NonNullable<ForwardPass['embedding']>
  readonly places: NonNullable<ForwardPass['places']>
  readonly placeholderMasks: number
  readonly replacesIdsOfLayers: boolean
  readonly addsTypes: boolean
  readonly keepsLayers: boolean
  readonly keptBiases: number | undefined
  readonly layersForImages: readonly number[]
  readonly withoutTraining: string | undefined
  readonly joinsCaches: boolean
  readonly recomputes: NonNullable<ForwardPass['recomputes']>
  readonly keptTables: ForwardPass['keptTables']
  readonly rotation: CompleteRotation | undefined
  readonly alibi: Alibi | undefined
  readonly masks: Required<Omit<Masks, 'unusedWindow'>> & Pick<Masks, 'unusedWindow'>
  readonly norm: Norm
  readonly linear: NonNullable<ForwardPass['linear']>
  readonly attention: CompleteAttention
  readonly mixers: NonNullable<ForwardPass['mixers']>
  readonly bufferElements: number
  readonly float32BufferElements: number
  readonly feedForward: Pick<FeedForward, 'activation'> & {
    readonly float32: boolean
    readonly clamped: NonNullable<FeedForward['clamped']>
    readonly scaled: boolean
    readonly inOneExpression: boolean
    readonly halved: boolean
    readonly sparseLayers: readonly number[]
    readonly vectors: FeedForward['vectors']
    readonly mixture: Required<Mixture> | undefined
  }
  readonly residual: CompleteResidual
  readonly dropout: Required<Dropout>
  readonly logits: Required<Logits>
  readonly vectors: ForwardPass['vectors']
  readonly routerLogits: Required<RouterLogits> | undefined
}

/** Rotary embedding, with the number of rotated features and the layers that use it. */
export interface CompleteRotation extends Required<Omit<Rotation, 'stackedPositions'>> {
  readonly stackedPositions: number | undefined
  readonly features: number
  readonly windowFeatures: number
  /** Whether a layer rotates queries and keys. */
  readonly rotatesIn: (layer: number) => boolean
}

/** Attention, with every default filled in. */
export interface CompleteAttention
  extends Required<Omit<Attention, 'blocks' | 'chunks' | 'compressors' | 'keySharing' | 'outputGate' | 'written'>> {
  readonly outputGate: OutputGate | undefined
  readonly blocks: Attention['blocks']
  readonly chunks: ChunkedAttention | undefined
  readonly compressors: CompressorAttention | undefined
  readonly keySharing: KeySharing | undefined
  readonly written: WrittenAttention | undefined
  readonly eager: Required<EagerAttention>
}

/** How blocks connect to the residual stream, with every default filled in. */
export type CompleteResidual =
  | Required<SequentialResidual>
  | Required<ParallelResidual>
  | Required<SingleResidual>
  | NestedResidual
  | NormalisedResidual
  | SharedResidual
  | LayerInputResidual
  | StreamResidual
  | ShortcutResidual
  | NormalisedSumResidual
  | HyperConnectionResidual
  | ThinnedResidual

/** Fills in the defaults of a family's forward pass. */
export function completeForwardPass(forward: ForwardPass, dimensions: Dimensions): CompleteForwardPass {
  const { rotation, alibi, norm, attention, feedForward, residual } = forward
  const { activation, mixture } = feedForward
  return {
    embedding: forward.embedding ?? 'plain',
    places: forward.places ?? 'shared',
    placeholderMasks: forward.placeholderMasks ?? 0,
    replacesIdsOfLayers: forward.replacesIdsOfLayers ?? false,
    addsTypes: forward.addsTypes ?? false,
    keepsLayers: forward.keepsLayers ?? false,
    keptBiases: forward.keptBiases,
    layersForImages: forward.layersForImages ?? [],
    withoutTraining: forward.withoutTraining,
    joinsCaches: forward.joinsCaches ?? false,
    recomputes: forward.recomputes ?? 'asAsked',
    keptTables: forward.keptTables,
    rotation: rotation && completeRotation(rotation, alibi, dimensions),
    alibi,
    masks: { ...MASKS, ...forward.masks },
    norm,
    linear: forward.linear ?? 'kernel',
    attention: {
      ...ATTENTION,
      ...attention,
      blocks: attention?.blocks,
      chunks: attention?.chunks,
      compressors: attention?.compressors,
      outputGate: attention?.outputGate,
      keySharing: attention?.keySharing,
      written: attention?.written,
      eager: { ...EAGER_ATTENTION, ...attention?.eager },
    },
    mixers: forward.mixers ?? {},
    bufferElements: forward.bufferElements ?? 0,
    float32BufferElements: forward.float32BufferElements ?? 0,
    feedForward: {
      activation,
      float32: feedForward.float32 ?? false,
      clamped: feedForward.clamped ?? 'no',
      scaled: feedForward.scaled ?? false,
      inOneExpression: feedForward.inOneExpression ?? false,
      halved: feedForward.halved ?? false,
      sparseLayers: feedForward.sparseLayers ?? [],
      vectors: feedForward.vectors,
      mixture: mixture && { ...MIXTURE, ...mixture },
    },
    residual: completeResidual(residual),
    dropout: { ...DROPOUT, ...forward.dropout },
    vectors: forward.vectors,
    logits: { ...LOGITS, ...forward.logits },
    routerLogits: forward.routerLogits && { ...ROUTER_LOGITS, ...forward.routerLogits },
  }
}

function completeRotation(
  rotation: Rotation,
  alibi: Alibi | undefined,
  { headDim, hiddenSize, heads, unrotatedLayers }: Dimensions,
): CompleteRotation {
  const features = rotation.features === 'all' ? (headDim ?? hiddenSize / Math.max(heads, 1)) : rotation.features
  const unrotated = new Set(unrotatedLayers)
  const windowFeatures = rotation.windowFeatures ?? features
  return {
    ...ROTATION,
    ...rotation,
    features,
    windowFeatures,
    stackedPositions: rotation.stackedPositions,
    rotatesIn: (layer) => alibi === undefined && !unrotated.has(layer),
  }
}

function completeResidual(residual: Residual = { order: 'sequential' }): CompleteResidual {
  if (residual.order === 'parallel') return { ...PARALLEL, ...residual }
  if (residual.order === 'sequential') return { ...SEQUENTIAL, ...residual }
  return residual.order === 'single' ? { float32: false, ...residual } : residual
}
