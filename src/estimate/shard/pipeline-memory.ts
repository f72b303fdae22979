import type { Architecture } from '../../architecture/index.js'
import { type CheckedMemoryOptions, withRanks } from '../checked-memory-options.js'
import type { MemoryEstimate } from '../memory-estimate.js'
import { rangeOf } from '../overhead.js'
import type { Division } from '../replay/division.js'
import { DTYPE_BYTES } from '../replay/dtype.js'
import { WITH_HEAD } from '../replay/loss/loss.js'
import type { TrainingStep } from '../replay/step/training-options.js'
import { trainingStep } from '../replay/step/training-step.js'
import { UndescribedBlock } from '../replay/undescribed-block.js'
import { type ResolvedModel, resolveModel } from '../resolved-model.js'
import { runMemory } from '../run-memory.js'
import type { Layout } from '../sharding.js'
import { trainingStepOf } from '../training-step-of.js'
import { type PipelineStage, stageOf } from './stage-architecture.js'
import { refusedBesideTensor, tensorAssumptions } from './tensor-memory.js'
import { tensorRank } from './tensor-rank.js'

/**
 * The stage of a pipeline that needs most memory, replayed: the first one, which has most micro-batches in flight, or the last one, which
 * computes the loss. `Schedule1F1B` of torch 2.15.
 *
 * @throws TypeError for models and options that pipelines do not work with
 */
export function pipelineMemory(
  { architecture: whole }: Pick<ResolvedModel, 'architecture'>,
  options: CheckedMemoryOptions,
  layout: Pick<Layout, 'data' | 'tensor' | 'pipeline'>,
): MemoryEstimate {
  const { tensor, pipeline, data } = layout
  const { stages, batches, plan } = pipelineStages(whole, options, layout)
  const [first, last] = stages
  const largest = last.tensorBytes > first.tensorBytes ? last : first
  return {
    ...largest,
    assumptions: [
      ...largest.assumptions,
      ...(plan ? tensorAssumptions(tensor, plan) : []),
      `${pipeline} pipeline stages with equal parts of the layers, ${batches} micro-batches in a step, scheduled 1F1B (torch 2.15, \`Schedule1F1B\`): ${pipeline} are in flight on the first stage, and one on the last; the estimate is for the ${largest === first ? 'first' : 'last'} one, which needs more than the other`,
      ...(data > 1
        ? [
            'ranks of FSDP2 in a pipeline keep gathered parameters and whole gradients until all micro-batches are done (torch 2.15, `distributed/pipelining/stage.py`)',
          ]
        : []),
    ],
  }
}

/** The first stage and the last one. */
export function pipelineStages(
  whole: Architecture,
  options: CheckedMemoryOptions,
  { data, tensor, pipeline }: Pick<Layout, 'data' | 'tensor' | 'pipeline'>,
) {
  const refused = refusedBesidePipeline(whole, options)
  if (refused) throw new TypeError(refused)
  const rank = tensor > 1 ? tensorRank(whole, tensor, { isTraining: true, isSharded: data > 1 }) : undefined
  const beside = rank && refusedBesideTensor(options, rank.plan)
  if (beside) throw new TypeError(beside)
  const model = rank?.architecture ?? whole
  const batches = Math.max(options.gradientAccumulation, pipeline)
  const run = { options, division: rank?.division, data, batches }
  const stage = (index: number) =>
    stageMemory(stageOf(model, index, pipeline), Math.min(batches, pipeline - index), run)
  return { stages: [stage(0), stage(pipeline - 1)] as const, batches, plan: rank?.plan }
}

interface Run {
  readonly options: CheckedMemoryOptions
  readonly division: Division | undefined
  readonly data: number
  /** Micro-batches of a step. */
  readonly batches: number
}

/** A stage in its first backward, when most micro-batches are in flight, or in a later one, when there are gradients too. */
function stageMemory(
  stage: PipelineStage,
  inFlight: number,
  { options, division, data, batches }: Run,
): MemoryEstimate {
  const own: CheckedMemoryOptions = {
    ...withRanks(options, 1),
    sharding: { strategy: 'none', ranks: 1 },
    // The stage references the logits until backward has run.
    keepOutputs: stage.isLast || options.keepOutputs,
  }
  const resolved = resolveModel(stage.architecture, own)
  const more = { division, stage, stateRanks: data }
  const hidden = hiddenBytes(resolved, own)
  // The next forward pass runs while what the one before has made is sent.
  const sentBytes = stage.isLast ? 0 : hidden
  const moment = (gradientAccumulation: number, inFlightBytes: number): MemoryEstimate =>
    runMemory(resolved, { ...own, gradientAccumulation }, { ...more, inFlightBytes, sentBytes })
  const kept = inFlight > 1 ? keptBytes(resolved, own, more) - hidden : 0
  const first = moment(1, (inFlight - 1) * kept)
  // The losses reference the hidden states that were received (`_internal_losses` in `schedules.py`), and the last gradient is being sent.
  const received = stage.isLast ? batches * hidden : 0
  const later = moment(2, (Math.min(batches - 1, inFlight) - 1) * kept + received)
  const largest = later.tensorBytes > first.tensorBytes ? later : first
  // The ids of all micro-batches are there, of which the replay counts one.
  const ids = (batches - 1) * DTYPE_BYTES.int64 * own.batchSize * own.sequenceLength
  const shards = data > 1 ? Math.ceil(largest.parts.parameters / data) : 0
  return withMore(largest, { parameters: shards, buffers: ids })
}

/** What a micro-batch keeps for its backward, with the hidden states that the stage hands on. */
function keptBytes(resolved: ResolvedModel, options: CheckedMemoryOptions, more: Partial<TrainingStep>): number {
  if ('missing' in resolved.replay) throw new UndescribedBlock(resolved.replay.missing)
  const step = { ...trainingStepOf(resolved, options), ...more, microBatches: 1 }
  const { afterForward } = trainingStep(resolved.replay, step)
  return afterForward.activations
}

/** The hidden states between two stages. */
function hiddenBytes({ architecture }: ResolvedModel, options: CheckedMemoryOptions): number {
  const { batchSize, sequenceLength, precision, autocast } = options
  const dtype = autocast ? 'bfloat16' : precision
  return batchSize * sequenceLength * architecture.dimensions.hiddenSize * DTYPE_BYTES[dtype]
}

/** The same with more bytes: shards of parameters beside the gathered ones, and ids. */
function withMore(
  estimate: MemoryEstimate,
  more: { readonly parameters: number; readonly buffers: number },
): MemoryEstimate {
  const { parts, overheadBytes } = estimate
  const tensorBytes = estimate.tensorBytes + more.parameters + more.buffers
  return {
    ...estimate,
    tensorBytes,
    totalBytes: tensorBytes + overheadBytes,
    parts: { ...parts, parameters: parts.parameters + more.parameters, buffers: parts.buffers + more.buffers },
    range: rangeOf(tensorBytes, overheadBytes),
  }
}

/** What torch's pipelines do not work with, or was not looked at, with a way out; absent if all does. */
export function refusedBesidePipeline(
  model: Architecture,
  { loss, storage, sharding }: CheckedMemoryOptions,
): string | undefined {
  const { dimensions, className, forward } = model
  const { order = 'sequential' } = forward?.residual ?? {}
  const refused: readonly (readonly [boolean, string])[] = [
    [
      dimensions.tiedEmbeddings,
      `${className} with tied embeddings, which are on two stages: nemo-automodel 0.7.0 refuses it too; use \`sharding\` or \`tensor\``,
    ],
    [
      !ORDERS.has(order) || forward?.attention?.keySharing !== undefined || (forward?.embedding ?? 'plain') !== 'plain',
      `${className}, whose layers get more than hidden states: use \`sharding\``,
    ],
    [WITH_HEAD.includes(loss.kind), `the loss ${loss.kind}: pass \`loss: 'logits'\``],
    [
      sharding.ranks > 1 && sharding.strategy !== 'fsdp2' && sharding.strategy !== 'hsdp',
      `${sharding.strategy}: use fsdp2 or hsdp`,
    ],
    [storage !== undefined, `weights in ${storage}: take weights in 16 bits`],
  ]
  const [, found] = refused.find(([isRefused]) => isRefused) ?? []
  return found && `\`layout.pipeline\` cannot be estimated with ${found}`
}

const ORDERS: ReadonlySet<string> = new Set(['sequential', 'parallel', 'normalised', 'nested'])
