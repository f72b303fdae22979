export * from './build.js'
export { type Count, TOKENS, type Unit } from './count.js'
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
  MaskedConvolution,
<<<<<<< HEAD
  PlacedAttention,
=======
  ProbingAttention,
  UnitVectors,
>>>>>>> 50778696 (Estimate SigLIP, CLIP's text encoder, DINOv3, InternViT and Pixtral alone)
  WrittenBlock,
} from './written.js'
