import type { Architecture } from '../architecture/index.js'
import { bypassedAdapters } from './bypassed-adapters.js'
import { type CheckedMemoryOptions, withRanks } from './checked-memory-options.js'
import { confidenceOf } from './confidence.js'
import { ForwardPassError } from './forward-pass-error.js'
import { storedPrefill, weightsOf } from './inference-memory.js'
import { kernelMemoryAssumptions } from './kernel-memory-assumptions.js'
import { memoryAssumptions } from './memory-assumptions.js'
import type { MemoryEstimate } from './memory-estimate.js'
import { methodOf } from './methods.js'
import { mixerAssumptions } from './mixer-assumptions.js'
import { modelAssumptions } from './model-assumptions.js'
import { overheadBytes, rangeOf } from './overhead.js'
import { stoppedGroup, stoppedOnceLoaded } from './refused-groups.js'
import { refuseInputs } from './refused-inputs.js'
import { refuseKernels } from './refused-kernels.js'
import { refusePackages } from './refused-packages.js'
import { refusePrecision } from './refused-precision.js'
import { stoppedShards } from './refused-steps.js'
import { stoppedStorage } from './refused-storage.js'
import { refuseTargets } from './refused-targets.js'
import { isActivationKnown } from './replay/feed-forward/activations.js'
import { isReentrant } from './replay/reentrant.js'
import type { ReplayModel } from './replay/replay-model.js'
import { type StaticMemory, staticMemory } from './replay/step/static-memory.js'
import type { StepMemory } from './replay/step/step-memory.js'
import type { TrainingStep } from './replay/step/training-options.js'
import { trainingStep } from './replay/step/training-step.js'
import { UndescribedBlock } from './replay/undescribed-block.js'
import type { ResolvedModel } from './resolved-model.js'
import { trainingStepOf } from './training-step-of.js'

/** What a training step needs. */
export type Replayer = (model: ReplayModel, step: TrainingStep) => StepMemory

/** How the steps of several layouts are replayed. */
export interface ReplayOptions {
  /** Bytes of tensors from which on it does not matter how many they are. */
  readonly enoughBytes?: number | undefined
  /** By what tells steps apart beside the number of ranks. */
  readonly replayer?: ((key: string) => Replayer) | undefined
}

/**
 * Estimates the memory of one run of a resolved model with a replay.
 *
 * @param more - what a rank of a layout does otherwise
 * @param stepMemory - how a training step is replayed
 *
 * @throws ForwardPassError for a model that cannot be replayed
 */
export function runMemory(
  model: ResolvedModel,
  options: CheckedMemoryOptions,
  more: Partial<TrainingStep> = {},
  stepMemory: Replayer = trainingStep,
): MemoryEstimate {
  refuseInputs(model.architecture, options)
  refusePrecision(model, options)
  refuseTargets(model, options)
  refuseKernels(model, options)
  refusePackages(model.architecture.family, model.architecture.forward?.mixers ?? {}, options.kernelPackages)
  const bypassed = bypassedAdapters(model, options)
  const { replay } = model
  if ('missing' in replay) throw cannotReplay(model, options, replay.missing)
  return replayed(model, options, () => {
    if (methodOf(options.method).trains !== 'nothing')
      return withAssumptions(
        estimateOf(replay, options, stepMemory(replay, { ...trainingStepOf(model, options), ...more })),
        [
          ...modelAssumptions(model.architecture, options),
          ...bypassed,
          ...sentences(stoppedGroup(model, options)),
          ...sentences(stoppedOnceLoaded(model, options)),
          ...sentences(stoppedShards(options)),
          ...sentences(stoppedStorage(options)),
        ],
      )
    const { step, assumptions } = storedPrefill(model, replay, options, more.division)
    const estimate = estimateOf(replay, options, step)
    return withAssumptions(
      { ...estimate, assumptions: [...assumptions, ...estimate.assumptions] },
      modelAssumptions(model.architecture, options),
    )
  })
}

/**
 * The result of a replay.
 *
 * @throws ForwardPassError for a block that is not described, with what is known without one
 */
export function replayed<Result>(model: ResolvedModel, options: CheckedMemoryOptions, run: () => Result): Result {
  try {
    return run()
  } catch (error) {
    throw error instanceof UndescribedBlock ? cannotReplay(model, options, error.message) : error
  }
}

function withAssumptions(estimate: MemoryEstimate, more: readonly string[]): MemoryEstimate {
  return { ...estimate, assumptions: [...estimate.assumptions, ...more] }
}

function estimateOf(
  { architecture, activation, ends, mixers }: ReplayModel,
  options: CheckedMemoryOptions,
  { peak, kernels }: StepMemory,
): MemoryEstimate {
  const overhead = overheadBytes(options.method) + Math.max(kernels.moreBytes, 0)
  return {
    totalBytes: peak.totalBytes + overhead,
    tensorBytes: peak.totalBytes,
    overheadBytes: overhead,
    parts: peak.parts,
    confidence: confidenceOf(architecture, options),
    range: rangeOf(peak.totalBytes, overhead),
    peakAt: { phase: peak.phase, operation: peak.operation },
    assumptions: [
      ...memoryAssumptions(
        {
          ...options,
          attention: kernelOf(architecture, options),
          reentrant: isReentrant(architecture.forward ?? {}, options),
        },
        { architecture, ends },
      ),
      ...(activation === undefined ? [] : unknownActivation(activation)),
      ...mixerAssumptions(mixers, options.kernelPackages),
      ...kernelMemoryAssumptions(kernels, peak),
    ],
  }
}

/**
 * The smallest possible static memory of a run, over all ranks, in bytes. For inference: the parameters.
 *
 * @param stateRanks - the ranks that share the optimizer states
 */
export function leastStaticMemory(model: ResolvedModel, options: CheckedMemoryOptions, stateRanks = 1): number {
  // Sharded adapters are smaller than those on one GPU.
  if (methodOf(options.method).trains === 'nothing') return weightsOf(model, model.storage(options.served)).total
  const step = trainingStepOf(model, withRanks(options, 2))
  const { parameters, gradients, optimizerStates } = foldedStatic(model, { ...step, sharding: undefined, stateRanks })
  return parameters + gradients + optimizerStates
}

/** Parameters, gradients and optimizer states, counted on a few of many identical layers and experts. */
export function foldedStatic(model: ResolvedModel, step: TrainingStep): StaticMemory {
  const { replay, senses } = model
  if ('missing' in replay) return staticMemory(model.architecture, step, undefined, senses)
  const { architecture, omitted } = replay.forTokens(step.batch * step.sequence)
  return staticMemory(architecture, step, omitted, senses)
}

function staticParts(model: ResolvedModel, options: CheckedMemoryOptions): StaticMemory {
  if (methodOf(options.method).trains !== 'nothing')
    return staticMemory(model.architecture, trainingStepOf(model, options), undefined, model.senses)
  const parameters = weightsOf(model, model.storage(options.served)).total
  return { parameters, gradients: 0, optimizerStates: 0 }
}

/** The error of a model without a forward pass. */
export function cannotReplay(model: ResolvedModel, options: CheckedMemoryOptions, missing: string): ForwardPassError {
  const parts = staticParts(model, options)
  return new ForwardPassError(model.architecture.family, missing, parts)
}

/** The kernel of attention: some models have only code that is written out. */
function kernelOf({ forward }: Architecture, options: CheckedMemoryOptions): CheckedMemoryOptions['attention'] {
  const { eagerOnly = false, cappedScores = false } = forward?.attention ?? {}
  return eagerOnly || cappedScores ? 'eager' : options.attention
}

function unknownActivation(name: string): string[] {
  return isActivationKnown(name)
    ? []
    : [`unknown activation function ${JSON.stringify(name)}: estimated as one kernel that saves its input`]
}

function sentences(said: string | undefined): readonly string[] {
  return said === undefined ? [] : [said]
}
