import type {
  Attention,
  Dropout,
  EagerAttention,
  Logits,
  Masks,
  Mixture,
  ParallelResidual,
  Rotation,
  RouterLogits,
  SequentialResidual,
} from '../../architecture/index.js'

// What a family's forward pass does where its description says nothing: the way of most families.

/** How most families compute their logits. */
export const LOGITS: Required<Logits> = {
  form: 'plain',
  prefill: 'lastToken',
  shifts: 'no',
  castsForLoss: false,
  besideEmbeddings: false,
  labelled: 'float32',
  labelsCache: true,
  castsBack: false,
  turns: false,
  normalisesHead: false,
  addsLargest: false,
}

/** How queries and keys are rotated in most families. */
export const ROTATION: Required<Omit<Rotation, 'features' | 'windowFeatures' | 'stackedPositions'>> = {
  pairs: 'halves',
  float32: 'nothing',
  concatenates: false,
  keepsRotated: false,
  tables: 'one',
  receivers: 'all',
  repeatsTables: false,
  hasGivenPlaces: false,
  givesPlaces: false,
  hidesPositions: false,
  axes: 'one',
  axesOfText: 'counted',
  frequencies: 'model',
}

/** Which masks most families make. */
export const MASKS: Required<Omit<Masks, 'unusedWindow'>> = {
  forEachKind: true,
  size: 'forEachSequence',
  windows: 'model',
  buffers: 'none',
  given: 'never',
  givenBehindPrefixes: false,
}

/** Rates and places of dropout: none. */
export const DROPOUT: Required<Dropout> = {
  embeddings: 0,
  rebindsEmbeddings: false,
  attention: 0,
  attended: 0,
  activated: 0,
  fed: 0,
  place: 'inBlocks',
  fixed: ['attention'],
  labelled: 0,
}

/** What attention does in most families. */
export const ATTENTION: Required<
  Omit<Attention, 'blocks' | 'chunks' | 'compressors' | 'eager' | 'keySharing' | 'outputGate' | 'written'>
> = {
  gated: false,
  scaledQueries: false,
  scaledValues: false,
  scaledWhereUnrotated: false,
  scaledKeys: false,
  clamped: false,
  headNorms: 'projected',
  sharedHeads: 'kernel',
  eagerOnly: false,
  cappedScores: false,
  cache: 'copied',
  latent: 'heads',
  scaledLatent: false,
  placesScaleQueries: false,
  indexer: 'none',
  keptKeys: Number.POSITIVE_INFINITY,
  chosenTokens: 0,
  handsOn: false,
  returnsWeights: false,
  keepsProjections: false,
  isDifference: false,
}

/** How eager attention is written in most families. */
export const EAGER_ATTENTION: Required<EagerAttention> = {
  float32Inputs: false,
  scoresWithoutAutocast: false,
  sinks: 'beside',
  scale: 'copied',
  biased: false,
  layerMask: false,
  keepsScores: false,
  masksInPlace: false,
  keepsMasked: false,
  softmax: 'float32',
  weights: 'query',
  undescribed: '',
}

/** How most mixtures of experts route. */
export const MIXTURE: Required<Mixture> = {
  sharedFirst: false,
  router: 'softmax',
  normalised: true,
  grouped: false,
  ownView: false,
  dispatch: 'added',
  scalesRouted: false,
  joined: 'sum',
  identityExperts: 0,
  returnsLogits: true,
  float32Parameters: [],
  untrainedParameters: [],
  routerBuffer: 'none',
}

/** What most mixtures do with the logits of their routers. */
export const ROUTER_LOGITS: Required<RouterLogits> = {
  isAsked: false,
  isWeighted: true,
  from: 'routers',
  loss: 'none',
  until: 'loss',
}

/** Blocks one after the other, in most families. */
export const SEQUENTIAL: Required<SequentialResidual> = {
  order: 'sequential',
  scaled: false,
  keepsNormalised: false,
  keepsSecond: false,
  addedIn: 'layer',
  keepsAttended: false,
  keepsRouted: false,
  besideMixer: false,
}

/** Blocks beside each other, in most families. */
export const PARALLEL: Required<ParallelResidual> = {
  order: 'parallel',
  sum: 'blocksFirst',
  normsFirst: false,
  keepsNormalised: false,
}
