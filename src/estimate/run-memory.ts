import { ForwardPassError } from './forward-pass-error.js'
import { storedPrefill, weightsOf } from './inference-memory.js'
import type { MemoryEstimate } from './memory-estimate.js'
import type { CheckedMemoryOptions } from './memory-options.js'
import { methodOf } from './methods.js'
import { stateBytes } from './optimizers.js'
import { overheadBytes } from './overhead.js'
import { isActivationKnown } from './replay/activations.js'
import { type ComputeDtype, DTYPE_BYTES } from './replay/dtype.js'
import type { ReplayModel } from './replay/replay-model.js'
import { type StaticMemory, staticMemory } from './replay/static-memory.js'
import type { StepMemory } from './replay/step-memory.js'
import type { TrainingStep } from './replay/training-options.js'
import { trainingStep } from './replay/training-step.js'
import { UndescribedBlock } from './replay/undescribed-block.js'
import type { ResolvedModel } from './resolved-model.js'

/**
 * Estimates the memory of one run of a resolved model with a replay.
 *
 * @throws ForwardPassError for a model that cannot be replayed
 */
export function runMemory(model: ResolvedModel, options: CheckedMemoryOptions): MemoryEstimate {
  if ('missing' in model.replay) throw cannotReplay(model, options, model.replay.missing)
  try {
    if (methodOf(options.method).trains !== 'nothing')
      return estimateOf(model.replay, options, trainingStep(model.replay, stepOf(model.adapterRank, options)))
    const { step, assumptions } = storedPrefill(model, model.replay, options)
    const estimate = estimateOf(model.replay, options, step)
    return { ...estimate, assumptions: [...assumptions, ...estimate.assumptions] }
  } catch (error) {
    throw error instanceof UndescribedBlock ? cannotReplay(model, options, error.message) : error
  }
}

function estimateOf(
  { forward, head }: ReplayModel,
  options: CheckedMemoryOptions,
  { peak }: StepMemory,
): MemoryEstimate {
  const overhead = overheadBytes(options.method)
  return {
    totalBytes: peak.totalBytes + overhead,
    tensorBytes: peak.totalBytes,
    overheadBytes: overhead,
    parts: peak.parts,
    peakAt: { phase: peak.phase, operation: peak.operation },
    assumptions: [...assumptionsOf(options, head !== undefined), ...unknownActivation(forward.feedForward.activation)],
  }
}

/** The smallest possible static memory of a run, over all ranks, in bytes. For inference: the parameters. */
export function leastStaticMemory(model: ResolvedModel, options: CheckedMemoryOptions): number {
  // Sharded adapters are smaller than those on one GPU.
  const step = stepOf(model.adapterRank, { ...options, world: 2 })
  if (methodOf(options.method).trains === 'nothing') return weightsOf(model, model.storage(options.served)).total
  const { parameters, gradients, optimizerStates } = staticMemory(model.architecture, { ...step, world: 1 })
  return parameters + gradients + optimizerStates
}

function staticParts(model: ResolvedModel, options: CheckedMemoryOptions): StaticMemory {
  if (methodOf(options.method).trains !== 'nothing')
    return staticMemory(model.architecture, stepOf(model.adapterRank, options))
  const parameters = weightsOf(model, model.storage(options.served)).total
  return { parameters, gradients: 0, optimizerStates: 0 }
}

function cannotReplay(model: ResolvedModel, options: CheckedMemoryOptions, missing: string): ForwardPassError {
  const parts = staticParts(model, options)
  return new ForwardPassError(model.architecture.family, missing, parts)
}

function stepOf(adapterRank: ResolvedModel['adapterRank'], options: CheckedMemoryOptions): TrainingStep {
  const { trains, weights, isQuantised } = methodOf(options.method)
  const dtype: ComputeDtype = weights === 'float32' ? 'float32' : options.precision
  return {
    batch: options.batchSize,
    sequence: options.sequenceLength,
    checkpointing: options.gradientCheckpointing,
    kernel: options.attention,
    parameterDtype: dtype,
    autocast: weights === 'float32',
    trained: trains === 'weights',
    quantised: isQuantised,
    // An FSDP group has one dtype, so that sharded adapters have the dtype of the weights.
    adapterDtype: options.world > 1 ? dtype : 'float32',
    adapterRank,
    stateBytes: (shape, type) => stateBytes(options.optimizer, shape, DTYPE_BYTES[type]),
    accumulating: options.gradientAccumulation > 1,
    world: options.world,
    keepOutputs: options.keepOutputs,
    inputGradients: options.inputGradients,
  }
}

function unknownActivation(name: string): string[] {
  return isActivationKnown(name)
    ? []
    : [`unknown activation function ${JSON.stringify(name)}: estimated as one kernel that saves its input`]
}

function assumptionsOf(options: CheckedMemoryOptions, hasHead: boolean): string[] {
  const { method, gradientCheckpointing, attention, world, keepOutputs } = options
  const { trains, isQuantised } = methodOf(method)
  const always = ['dropout is 0', 'sequences are full: no padding', `attention by the ${attention} kernel`]
  if (trains === 'nothing')
    return [
      ...always,
      `one prefill of all tokens, ${hasHead ? 'with logits for the last token of each sequence' : 'which ends with the hidden states: the model has no head'}`,
    ]
  const training = [
    `the logits are ${keepOutputs ? 'kept during backward' : 'freed before backward, except what the loss saves'}`,
    'the optimizer step is fused',
    'gradients are set to None after each step',
  ]
  const layers = gradientCheckpointing ? ['gradient checkpointing (non-reentrant) on every decoder layer'] : []
  const ranks =
    world > 1
      ? [
          `FSDP2 over ${world} ranks, with each decoder layer and the rest gathered when needed; the figures are for rank 0; adapters have the dtype of the weights`,
        ]
      : []
  const four = isQuantised
    ? [
        'linear layers except the output embedding are in NF4 with double quantisation, unpacked for each product; everything else keeps its dtype (prepare_model_for_kbit_training would convert it to float32)',
      ]
    : []
  return [...always, ...training, ...layers, ...ranks, ...four]
}
