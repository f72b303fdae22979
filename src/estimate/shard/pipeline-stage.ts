import { type CheckedMemoryOptions, withRanks } from '../checked-memory-options.js'
import type { MemoryEstimate } from '../memory-estimate.js'
import { rangeOf } from '../overhead.js'
import type { Division } from '../replay/division.js'
import { DTYPE_BYTES } from '../replay/dtype.js'
import type { StepMemory } from '../replay/step/step-memory.js'
import type { TrainingStep } from '../replay/step/training-options.js'
import { trainingStep } from '../replay/step/training-step.js'
import { UndescribedBlock } from '../replay/undescribed-block.js'
import type { ResolvedModel } from '../resolved-model.js'
import { foldedStatic, leastStaticMemory, type Replayer, type ReplayOptions, runMemory } from '../run-memory.js'
import type { ShardingStrategy } from '../sharding-options.js'
import { trainingStepOf } from '../training-step-of.js'
import type { ResolvedStage } from './divided-model.js'

/** The strategies whose ranks can share a stage, or copy it. */
const OF_STAGES: ReadonlySet<ShardingStrategy> = new Set(['ddp', 'fsdp2', 'hsdp'])

/** What a stage has to run. */
export interface StageOptions {
  /** What tells it apart from other stages of the model. */
  readonly name: string
  readonly options: CheckedMemoryOptions
  /** What its ranks of tensor parallelism share. */
  readonly division: Division | undefined
  /** The ranks that share it (FSDP2), or have copies of it (DDP). */
  readonly data: number
  /** Micro-batches of a step. */
  readonly batches: number
  /** The most of them that are in flight. */
  readonly inFlight: number
}

/** A stage of a pipeline, ready to be replayed. */
export interface StageRun extends StageOptions {
  readonly resolved: ResolvedModel
  readonly more: Pick<TrainingStep, 'division' | 'stage' | 'sharding' | 'sharesBuffers'>
}

/** Resolves a stage for its part of a step. */
export function stageRun({ stage, resolved }: ResolvedStage, run: StageOptions): StageRun {
  const { options, division, data } = run
  const shared = withRanks(options, data)
  const { strategy } = shared.sharding
  const own: CheckedMemoryOptions = {
    ...shared,
    sharding:
      data === 1
        ? { strategy: 'none', ranks: 1 }
        : { ...shared.sharding, strategy: OF_STAGES.has(strategy) ? strategy : 'fsdp2' },
    // The stage references the logits until backward has run.
    keepOutputs: stage.isLast || options.keepOutputs,
  }
  const { sharding } = trainingStepOf(resolved, own)
  // torchtitan 0.3.0 gathers once for all micro-batches unless it is told otherwise (`get_fsdp_reshard_after_forward_policy`).
  const reshards = own.sharding.reshardAfterForward ?? false
  return {
    ...run,
    options: own,
    resolved,
    // DDP shares buffers before a forward pass alone that prepares to reduce, and here none does (`forward_maybe_with_nosync` in torch's `pipelining/stage.py`).
    more: {
      division,
      stage,
      sharesBuffers: undefined,
      ...(sharding && { sharding: { ...sharding, defers: true, reshards } }),
    },
  }
}

/**
 * What a stage needs in its first backward, when most micro-batches are in flight, and in a later one, when there are gradients too.
 */
export function* stageMoments(run: StageRun, { enoughBytes, replayer }: ReplayOptions = {}): Generator<MemoryEstimate> {
  const { options, resolved, more, inFlight, batches } = run
  const { reshards = false } = more.sharding ?? {}
  const isLast = more.stage?.isLast ?? true
  const hidden = hiddenBytes(run)
  const one = { ...options, gradientAccumulation: 1 }
  const moment = (microBatches: number, own: Partial<TrainingStep>): MemoryEstimate =>
    withIds(
      runMemory(
        resolved,
        one,
        { ...more, microBatches, ...own, enoughBytes },
        replayer?.(`${run.name} ${microBatches} ${JSON.stringify(own)}`),
      ),
      run,
    )
  const kept = inFlight > 1 ? keptBytes(run, replayer?.(`${run.name} kept`)) - hidden : 0
  // Before the first backward, a forward pass runs while what the one before has made is sent; later it was sent before.
  yield moment(1, { inFlightBytes: (inFlight - 1) * kept, sentBytes: isLast ? 0 : hidden, hasRunOthers: inFlight > 1 })
  // The losses reference the hidden states that were received (`_internal_losses` in `schedules.py`), and the last gradient is being sent.
  const received = isLast ? batches * hidden + cachedBytes(run, hidden) + (batches - 1) * graphBytes(run) : 0
  const inFlightBytes = (Math.min(batches - 1, inFlight) - 1) * kept + received
  // Where no more micro-batches follow, all forward passes have run.
  yield moment(2, { inFlightBytes, hasRunForward: batches === inFlight })
  // Then no forward pass frees what backward has gathered.
  if (reshards && batches > inFlight && inFlight > 1)
    yield moment(2, { inFlightBytes: (inFlight - 2) * kept + received, hasRunForward: true })
}

/** What a stage needs at least: parameters, gradients and optimizer states, without a replay. */
export function leastStageBytes({ resolved, options, more, data }: StageRun): number {
  if (!more.sharding && !options.storage) return leastStaticMemory(resolved, options)
  const step = { ...trainingStepOf(resolved, options), stage: more.stage }
  if (!more.sharding) {
    const { parameters, gradients, optimizerStates } = foldedStatic(resolved, step)
    return parameters + gradients + optimizerStates
  }
  const parameterDtype = step.sharding?.computeDtype ?? step.parameterDtype
  const shares = foldedStatic(resolved, step)
  const whole = foldedStatic(resolved, { ...step, parameterDtype, sharding: undefined, stateRanks: data })
  return shares.parameters + shares.optimizerStates + whole.parameters + whole.gradients
}

/** What a micro-batch keeps for its backward, with the hidden states that the stage hands on. */
function keptBytes(run: StageRun, replay?: Replayer): number {
  return oneMicroBatch(run, { endsWithForward: true }, replay).afterForward.activations
}

/** What the losses hold of earlier micro-batches: the inputs of layers in 8 bits are attributes of their functions (`MatMul8bitLt` of bitsandbytes). */
function graphBytes(run: StageRun): number {
  return run.options.storage === 'int8' ? (oneMicroBatch(run).heldByGraph ?? 0) : 0
}

function oneMicroBatch(
  { resolved, options, more }: StageRun,
  own: Partial<TrainingStep> = {},
  replay: Replayer = trainingStep,
): StepMemory {
  if ('missing' in resolved.replay) throw new UndescribedBlock(resolved.replay.missing)
  return replay(resolved.replay, { ...trainingStepOf(resolved, options), ...more, ...own, microBatches: 1 })
}

/**
 * What autocast keeps until the schedule ends of micro-batches before: chunks of hidden states, which are leaves, and their copies in 16 bits. Those of
 * the first one are replayed.
 */
function cachedBytes({ resolved, options, batches }: StageRun, hidden: number): number {
  const { autocast, parameterDtype, sharding } = trainingStepOf(resolved, options)
  const isCached = options.loss.kind === 'chunked-linear' && autocast && !sharding && parameterDtype === 'float32'
  return isCached ? (batches - 1) * hidden + ((batches - 2) * hidden) / 2 : 0
}

/** The hidden states between two stages: autocast leaves the residual stream of float32 weights, and of prepared ones, as it is. */
function hiddenBytes({ resolved, options }: StageRun): number {
  const { batchSize, sequenceLength } = options
  const { parameterDtype, restDtype, sharding } = trainingStepOf(resolved, options)
  const dtype = sharding?.computeDtype ?? restDtype ?? parameterDtype
  return batchSize * sequenceLength * resolved.architecture.dimensions.hiddenSize * DTYPE_BYTES[dtype]
}

/** Adds what the replay of one micro-batch does not have: the ids of the other micro-batches. */
function withIds(estimate: MemoryEstimate, { options, batches }: StageRun): MemoryEstimate {
  const { parts, overheadBytes } = estimate
  const ids = (batches - 1) * DTYPE_BYTES.int64 * options.batchSize * options.sequenceLength
  const tensorBytes = estimate.tensorBytes + ids
  return {
    ...estimate,
    tensorBytes,
    totalBytes: tensorBytes + overheadBytes,
    parts: { ...parts, buffers: parts.buffers + ids },
    range: rangeOf(tensorBytes, overheadBytes),
  }
}
