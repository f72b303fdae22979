import { type CheckedMemoryOptions, withRanks } from '../checked-memory-options.js'
import type { MemoryEstimate } from '../memory-estimate.js'
import { rangeOf } from '../overhead.js'
import type { Division } from '../replay/division.js'
import { DTYPE_BYTES } from '../replay/dtype.js'
import type { TrainingStep } from '../replay/step/training-options.js'
import { trainingStep } from '../replay/step/training-step.js'
import { UndescribedBlock } from '../replay/undescribed-block.js'
import { type ResolvedModel, resolveModel } from '../resolved-model.js'
import { leastStaticMemory, runMemory } from '../run-memory.js'
import { trainingStepOf } from '../training-step-of.js'
import type { PipelineStage } from './stage-architecture.js'

/** What a stage has to run. */
export interface StageOptions {
  readonly options: CheckedMemoryOptions
  /** What its ranks of tensor parallelism share. */
  readonly division: Division | undefined
  /** The ranks of FSDP2 that share it. */
  readonly data: number
  /** Micro-batches of a step. */
  readonly batches: number
  /** The most of them that are in flight. */
  readonly inFlight: number
}

/** A stage of a pipeline, ready to be replayed. */
export interface StageRun extends StageOptions {
  readonly resolved: ResolvedModel
  readonly more: Pick<TrainingStep, 'division' | 'stage' | 'stateRanks' | 'stepsOnCpu'>
}

/** Resolves a stage for its part of a step. */
export function stageRun(stage: PipelineStage, run: StageOptions): StageRun {
  const { options, division, data } = run
  const own: CheckedMemoryOptions = {
    ...withRanks(options, 1),
    sharding: { strategy: 'none', ranks: 1 },
    // The stage references the logits until backward has run.
    keepOutputs: stage.isLast || options.keepOutputs,
  }
  return {
    ...run,
    options: own,
    resolved: resolveModel(stage.architecture, own),
    more: {
      division,
      stage,
      stateRanks: data,
      // When the step begins, FSDP2 has freed gathered parameters and reduced the gradients: AdamW then needs less than backward did.
      stepsOnCpu: data > 1 && own.optimizer === 'adamw',
    },
  }
}

/** What a stage needs in its first backward, when most micro-batches are in flight, and in a later one, when there are gradients too. */
export function* stageMoments(run: StageRun): Generator<MemoryEstimate> {
  const { options, resolved, more, inFlight, batches } = run
  const isLast = more.stage?.isLast ?? true
  const hidden = hiddenBytes(run)
  const moment = (gradientAccumulation: number, own: Partial<TrainingStep>): MemoryEstimate =>
    withShards(runMemory(resolved, { ...options, gradientAccumulation }, { ...more, ...own }), run)
  const kept = inFlight > 1 ? keptBytes(run) - hidden : 0
  // Before the first backward, a forward pass runs while what the one before has made is sent; later it was sent before.
  yield moment(1, { inFlightBytes: (inFlight - 1) * kept, sentBytes: isLast ? 0 : hidden })
  // The losses reference the hidden states that were received (`_internal_losses` in `schedules.py`), and the last gradient is being sent.
  const received = isLast ? batches * hidden : 0
  const inFlightBytes = (Math.min(batches - 1, inFlight) - 1) * kept + received
  // Where no more micro-batches follow, all forward passes have run.
  yield moment(2, { inFlightBytes, hasRunForward: batches === inFlight })
}

/** What a stage needs at least: parameters, gradients and optimizer states, without a replay. */
export function leastStageBytes({ resolved, options, more }: StageRun): number {
  return leastStaticMemory(resolved, options, more.stateRanks)
}

/** What a micro-batch keeps for its backward, with the hidden states that the stage hands on. */
function keptBytes({ resolved, options, more }: StageRun): number {
  if ('missing' in resolved.replay) throw new UndescribedBlock(resolved.replay.missing)
  const step = { ...trainingStepOf(resolved, options), ...more, microBatches: 1 }
  const { afterForward } = trainingStep(resolved.replay, step)
  return afterForward.activations
}

/** The hidden states between two stages: autocast leaves the residual stream of float32 weights as it is. */
function hiddenBytes({ resolved, options }: StageRun): number {
  const { batchSize, sequenceLength } = options
  const { parameterDtype } = trainingStepOf(resolved, options)
  return batchSize * sequenceLength * resolved.architecture.dimensions.hiddenSize * DTYPE_BYTES[parameterDtype]
}

/** Adds what the replay of one micro-batch does not have: the shards beside gathered parameters, and the ids of the other micro-batches. */
function withShards(estimate: MemoryEstimate, { options, data, batches }: StageRun): MemoryEstimate {
  const { parts, overheadBytes } = estimate
  const shards = data > 1 ? Math.ceil(parts.parameters / data) : 0
  const ids = (batches - 1) * DTYPE_BYTES.int64 * options.batchSize * options.sequenceLength
  const tensorBytes = estimate.tensorBytes + shards + ids
  return {
    ...estimate,
    tensorBytes,
    totalBytes: tensorBytes + overheadBytes,
    parts: { ...parts, parameters: parts.parameters + shards, buffers: parts.buffers + ids },
    range: rangeOf(tensorBytes, overheadBytes),
  }
}
