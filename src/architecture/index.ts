export type { Architecture, Dimensions, MambaDimensions, MoeDimensions, Tie } from './architecture.js'
export { CheckpointError, type CheckpointErrorCode, type CheckpointErrorDetails } from './checkpoint-error.js'
export type { LinearFeatures, Module, Part, Repeat, RoutedExperts, Shape } from './module.js'
