export * from './build.js'
export { type Count, type Frames, type Strided, TOKENS, type Unit } from './count.js'
export type { Buffer, Program } from './program.js'
export type {
  Assignment,
  AttentionCall,
  Call,
  EachPart,
  Input,
  Lookup,
  Loop,
  Make,
  Operation,
  Rotate,
  Scatter,
  Split,
  Step,
  Steps,
  Value,
  Written,
} from './steps.js'
export type {
  BiasedAttention,
  DisentangledAttention,
  Exchanged,
  FourierMixing,
  JointDisentangledAttention,
  JointPrediction,
  LandmarkAttention,
  MaskedConvolution,
  PlacedAttention,
  ProbingAttention,
  ShiftedAttention,
  Trigrams,
  UnitVectors,
  WideNorm,
  WrittenBlock,
} from './written.js'
