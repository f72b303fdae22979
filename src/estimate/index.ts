export { architectureOfSpec, type ReconstructedModel } from './architecture-of-spec.js'
export {
  type CombinedChange,
  changesThatFit,
  type FittingChanges,
  type FittingOptions,
  type MemoryChange,
} from './changes-that-fit.js'
export { countLoraParameters, type LoraCount, type LoraTarget } from './count-lora-parameters.js'
export { countParameters, type ParameterCount } from './count-parameters.js'
export { countTrainableParameters } from './count-trainable-parameters.js'
export { isForwardPassDescribed } from './described-families.js'
export { estimateMemory } from './estimate-memory.js'
export type { TooFew } from './fewest-gpus.js'
export { ForwardPassError } from './forward-pass-error.js'
export { DEFAULT_GPU, GPUS, type Gpu, type GpuChoice, gpuOf } from './gpus.js'
export type { SpecWithLayers } from './lora/candidates.js'
export type { LoraOptions } from './lora/options.js'
export type { ChangeCost } from './memory-changes.js'
export type { MemoryEstimate } from './memory-estimate.js'
export type { MemoryOptions } from './memory-options.js'
export type { MemoryMethod } from './methods.js'
export { type MinimumGpus, minimumGpus } from './minimum-gpus.js'
export type { Optimizer } from './optimizers.js'
export { CUBLAS_WORKSPACE_BYTES, CUDA_CONTEXT_BYTES, overheadBytes } from './overhead.js'
export { type GpuPlan, type PlanOptions, planGpus } from './plan-gpus.js'
export type { MemoryPart, PartBytes, Phase } from './replay/memory-ledger.js'
export type { StaticMemory } from './replay/step/static-memory.js'
export type { EstimableCheckpoint, EstimableModel } from './served-model.js'
export type { Confidence } from './serving/engines/engine.js'
export {
  type CacheDtype,
  type DraftOptions,
  ENGINES,
  type Engine,
  type ServingOptions,
} from './serving/options.js'
export { planServing } from './serving/plan-serving.js'
export type { ServingChange, ServingPart, ServingPlan } from './serving/serving-plan.js'
export { WEIGHT_PRECISIONS, type WeightPrecision } from './serving/weights/weight-storage.js'
export type { Layout } from './shard/layout.js'
export type { HeldModel, TrainableCount, TrainableOptions } from './trainable-count.js'
