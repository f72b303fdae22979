export type {
  AddedProduct,
  Attention,
  CachedTables,
  ChunkedAttention,
  CompressorAttention,
  CopiedTable,
  EagerAttention,
  FlatAttention,
  GroupedProjection,
  HeadNorms,
  KeySharing,
  MaskedByProduct,
  NamedScores,
  NeighbourPairs,
  OutputGate,
  PackedThree,
  PartitionedAttention,
  TokensFirst,
  WrittenAttention,
} from './attention.js'
export type { ComposedRouter } from './composed-router.js'
export type { Dropout } from './dropout.js'
export type { FeedForward } from './feed-forward.js'
export type { ForwardPass, Logits, TokenVectors } from './forward-pass.js'
export type { Masks } from './masks.js'
export type {
  GatedDeltaPass,
  GatedRecurrencePass,
  KeptStates,
  KimiDeltaPass,
  LightningPass,
  Mamba2Pass,
  Mamba2ProductsPass,
  MambaHeadsPass,
  MambaPass,
  Mixer,
  ShortConvPass,
  SolvedDeltaPass,
  TimeMixPass,
} from './mixer.js'
export type { Dispatch, Mixture, Router } from './mixture.js'
export type { Norm } from './norm.js'
export type {
  HyperConnectionResidual,
  LayerInputResidual,
  NestedResidual,
  NormalisedResidual,
  NormalisedSumResidual,
  ParallelResidual,
  Residual,
  SequentialResidual,
  SharedResidual,
  ShortcutResidual,
  SingleResidual,
  StreamResidual,
  ThinnedResidual,
} from './residual.js'
export type { Alibi, Rotation } from './rotation.js'
export type { RouterLogits, RouterLoss } from './router-logits.js'
