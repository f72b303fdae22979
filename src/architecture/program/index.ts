export * from './build.js'
export { type Count, TOKENS, type Unit } from './count.js'
export type { Buffer, Program } from './program.js'
export type {
  Assignment,
  AttentionCall,
  Call,
  Lookup,
  Loop,
  Make,
  Operation,
  Split,
  Step,
  Steps,
  Value,
} from './steps.js'
