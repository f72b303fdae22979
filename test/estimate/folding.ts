import type { Architecture } from '../../src/architecture/index.js'
import { NO_ADAPTERS } from '../../src/estimate/lora/adapter-plan.js'
import { OF_TORCH } from '../../src/estimate/replay/kernel-set.js'
import type { Folding } from '../../src/estimate/replay/replay-model.js'
import type { ShardingRules } from '../../src/estimate/replay/sharding/sharding-rules.js'
import type { TrainingStep } from '../../src/estimate/replay/step/training-options.js'

/** Replays everything. */
export const UNFOLDED: Folding = {
  layers: (architecture: Architecture) => ({ architecture, omitted: new Map(), leftOut: new Map() }),
  experts: false,
  loops: false,
  programs: false,
}

/** A step to vary. */
export const STEP: TrainingStep = {
  batch: 2,
  sequence: 72,
  recompute: 'none',
  kernel: 'flash',
  kernels: OF_TORCH,
  loss: { kind: 'logits', logits: 'float32' },
  parameterDtype: 'bfloat16',
  autocast: false,
  trained: true,
  adapterDtype: 'float32',
  adapters: NO_ADAPTERS,
  optimizer: 'adamw',
  optimizerStep: 'foreach',
  stateBytes: (shape) => 4 * shape.reduce((product, size) => product * size, 1),
  microBatches: 1,
}
const FSDP2: ShardingRules = {
  ranks: 2,
  sharesParameters: true,
  sharesGradients: true,
  copiesOut: true,
  isFlat: false,
  reshards: true,
  offloads: false,
  keepsInputs: false,
  holdsReduced: false,
}
const STAGE_2 = {
  zero: { stage: 2, ranks: 4, bucketSize: 2e5, overlaps: true, offloads: false },
  masterBytes: 4,
  stateRanks: 4,
} as const
const LORA: Partial<TrainingStep> = {
  trained: false,
  adapters: { ...NO_ADAPTERS, rankOf: (name) => (name.includes('layers.') ? 8 : undefined) },
}

/** Changes of a step that record, keep or free other tensors. */
export const STEPS: readonly Partial<TrainingStep>[] = [
  {},
  { recompute: { every: 1 } },
  { microBatches: 2 },
  { sharding: { ...FSDP2, ranks: 4 } },
  { sharding: { ...FSDP2, ranks: 2 }, recompute: { every: 1 }, microBatches: 2 },
  { parameterDtype: 'float32', autocast: true },
  { parameterDtype: 'float32', autocast: true, recompute: { every: 1 } },
  { ...LORA },
  { ...LORA, storage: 'nf4-double', recompute: { every: 1 } },
  { ...LORA, storage: 'int8', recompute: { every: 1 } },
  { ...LORA, storage: 'int8', recompute: { every: 1 }, reentrant: true, inputGradients: true },
  { ...LORA, kernel: 'eager' },
  {
    ...LORA,
    sharding: { ...FSDP2, ranks: 4, copiesOut: false, isFlat: true, keepsInputs: true },
    recompute: { every: 1 },
    reentrant: true,
  },
  { sharding: { ...FSDP2, ranks: 4, copiesOut: false, isFlat: true }, recompute: { every: 1 } },
  { sharding: { ...FSDP2, computeDtype: 'bfloat16' }, parameterDtype: 'float32', microBatches: 2 },
  { sharding: { ...FSDP2, holdsReduced: true, reduceDtype: 'float32' }, microBatches: 2 },
  { sharding: { ...FSDP2, reducesLast: true, reduceDtype: 'float32' }, microBatches: 2 },
  { sharding: { ...FSDP2, reducesLast: true, copiesOut: false, isFlat: true }, microBatches: 2 },
  { sharding: { ...FSDP2, sharesParameters: false }, recompute: { every: 1 } },
  { optimizerStep: 'in-backward', recompute: { every: 1 }, batch: 1, sequence: 73 },
  { optimizerStep: 'for-loop', sequence: 7, batch: 1 },
  // With the stream of torchtune and TRL, layers are not left out.
  { offloader: 'llama-factory', recompute: { every: 1 }, keepOutputs: true },
  { stagesInputs: true, recompute: { every: 1 }, reentrant: true, inputGradients: true, batch: 4, sequence: 2048 },
  { kernel: 'eager', recompute: { every: 1 }, reentrant: true, microBatches: 2 },
  ...[1e6, 6e4, 3000].map((bucketSize) => ({ ...STAGE_2, zero: { ...STAGE_2.zero, bucketSize } })),
  { ...STAGE_2, recompute: { every: 1 }, microBatches: 2 },
  { ...STAGE_2, ...LORA, storage: 'nf4' },
  { ...STAGE_2, zero: { ...STAGE_2.zero, stage: 1, bucketSize: 6e4 }, recompute: { every: 1 } },
  { ...STAGE_2, zero: { ...STAGE_2.zero, stage: 1, bucketSize: 6e4, overlaps: false } },
]
