export type { Architecture, ModuleTree, Tie } from './architecture.js'
export { CheckpointError, type CheckpointErrorCode, type CheckpointErrorDetails } from './checkpoint-error.js'
export type { ConfigObject } from './config-object.js'
export type { Dimensions, MambaDimensions, MoeDimensions } from './dimensions.js'
export { foldedLinearLayers, foldedParameters } from './fold.js'
export type {
  Alibi,
  Attention,
  ChunkedAttention,
  ComposedRouter,
  Dispatch,
  Dropout,
  EagerAttention,
  FeedForward,
  FlatAttention,
  ForwardPass,
  GatedDeltaPass,
  HeadNorms,
  KeptStates,
  KeySharing,
  KimiDeltaPass,
  LayerInputResidual,
  LightningPass,
  Logits,
  Mamba2Pass,
  Mamba2ProductsPass,
  MambaPass,
  Masks,
  Mixer,
  Mixture,
  NestedResidual,
  Norm,
  NormalisedResidual,
  OutputGate,
  ParallelResidual,
  PartitionedAttention,
  Residual,
  Rotation,
  Router,
  SequentialResidual,
  SharedResidual,
  ShortConvPass,
  ShortcutResidual,
  SingleResidual,
  SolvedDeltaPass,
  StreamResidual,
  WrittenAttention,
} from './forward/index.js'
export { architectureFromConfig } from './from-config.js'
export {
  type LinearGroup,
  linearGroups,
  type ModuleGroup,
  moduleGroups,
  type ParameterGroup,
  type Path,
  parameterGroups,
} from './groups.js'
export type { LargestImage } from './largest-image.js'
export type {
  LinearFeatures,
  Module,
  Part,
  RecurrentState,
  Repeat,
  RoutedExperts,
  Shape,
  Tower,
} from './module.js'
export { isTower } from './module.js'
export type {
  Assignment,
  AttentionCall,
  BiasedAttention,
  Buffer,
  Call,
  Count,
  DisentangledAttention,
  EachPart,
  Input,
  Lookup,
  Loop,
  Make,
  MaskedConvolution,
  Operation,
<<<<<<< HEAD
  PlacedAttention,
=======
  ProbingAttention,
>>>>>>> 50778696 (Estimate SigLIP, CLIP's text encoder, DINOv3, InternViT and Pixtral alone)
  Program,
  Rotate,
  Scatter,
  Split,
  Step,
  Steps,
  Unit,
  UnitVectors,
  Value,
  Written,
  WrittenBlock,
} from './program/index.js'
export { type Role, roleOf } from './role.js'
export { type LinearLayer, linearLayers, modules, type Parameter, parameters, ties } from './tensors.js'
export { activeParameters, parametersByPart, totalParameters } from './totals.js'
