import type { Architecture } from '../../architecture/index.js'
import type { CheckedMemoryOptions } from '../checked-memory-options.js'
import type { MemoryEstimate } from '../memory-estimate.js'
import { overheadBytes } from '../overhead.js'
import { labelHead } from '../replay/loss/label-head.js'
import type { ResolvedModel } from '../resolved-model.js'
import type { ReplayOptions } from '../run-memory.js'
import { type DividedModel, dividedModel } from './divided-model.js'
import type { Layout } from './layout.js'
import { leastStageBytes, type StageRun, stageMoments, stageRun } from './pipeline-stage.js'
import { strategyBesidePipeline } from './refused-strategy.js'
import { refusedBesideTensor, tensorAssumptions } from './tensor-memory.js'

type Degrees = Pick<Layout, 'data' | 'tensor' | 'pipeline'>

/**
 * The stage of a pipeline that needs most memory, replayed: the first one, which has most micro-batches in flight, or the last one, which
 * computes the loss. `Schedule1F1B` of torch 2.15.
 *
 * @throws TypeError for models and options that pipelines do not work with
 */
export function pipelineMemory(
  { architecture }: Pick<ResolvedModel, 'architecture'>,
  options: CheckedMemoryOptions,
  degrees: Degrees,
  divided?: DividedModel,
): MemoryEstimate {
  const pipeline = pipelineOf(architecture, options, degrees, divided)
  return withAssumptions(pipelineStages(pipeline), pipeline, degrees)
}

/**
 * The same, or absent if a stage needs `limitBytes` or more. It replays no more of the stages than it takes to know that.
 *
 * @throws TypeError for models and options that pipelines do not work with
 */
export function pipelineMemoryBelow(
  limitBytes: number,
  { architecture }: Pick<ResolvedModel, 'architecture'>,
  options: CheckedMemoryOptions,
  degrees: Degrees,
  { divided, replayer }: { readonly divided?: DividedModel; readonly replayer?: ReplayOptions['replayer'] } = {},
): MemoryEstimate | undefined {
  const pipeline = pipelineOf(architecture, options, degrees, divided)
  const isTooMuch = (bytes: number): boolean => bytes >= limitBytes
  const { first, last } = pipeline
  if ([first, last].some((stage) => isTooMuch(leastStageBytes(stage)))) return undefined
  const below = (stage: StageRun): MemoryEstimate | undefined => {
    const moments: MemoryEstimate[] = []
    const enoughBytes = limitBytes - overheadBytes(options.method)
    for (const moment of stageMoments(stage, { enoughBytes, replayer })) {
      if (isTooMuch(moment.totalBytes)) return undefined
      moments.push(moment)
    }
    return largestOf(moments)
  }
  // The last stage holds the logits, and is replayed in fewer steps.
  const lastBytes = below(last)
  const firstBytes = lastBytes && below(first)
  return lastBytes && firstBytes && withAssumptions({ first: firstBytes, last: lastBytes }, pipeline, degrees)
}

/** What the first stage and the last one need. */
export function pipelineStages({ first, last }: Pick<Pipeline, 'first' | 'last'>): Stages {
  return { first: largestOf([...stageMoments(first)]), last: largestOf([...stageMoments(last)]) }
}

/**
 * A pipeline of equal parts of the layers.
 *
 * @throws TypeError for models and options that pipelines do not work with
 */
export function pipelineOf(
  whole: Architecture,
  options: CheckedMemoryOptions,
  { data, tensor, pipeline }: Degrees,
  divided = dividedModel(whole, options),
): Pipeline {
  const refused = refusedBesidePipeline(whole, options)
  if (refused) throw new TypeError(refused)
  // Gradients of ranks of FSDP2 stay whole until all micro-batches are done.
  const rank = tensor > 1 ? divided.tensor(tensor, { isTraining: true, isSharded: false }) : undefined
  const beside = rank && refusedBesideTensor(options, rank.plan)
  if (beside) throw new TypeError(beside)
  const batches = Math.max(options.gradientAccumulation, pipeline)
  const stage = (index: number): StageRun =>
    stageRun(divided.stage(rank, index, pipeline), {
      name: `stage ${index} of ${pipeline}, ${tensor} tensor-parallel ranks`,
      options,
      division: rank?.division,
      data,
      batches,
      inFlight: Math.min(batches, pipeline - index),
    })
  return {
    first: stage(0),
    last: stage(pipeline - 1),
    batches,
    assumptions: [
      ...(rank ? tensorAssumptions(tensor, rank.plan, options) : []),
      ...labelsOf(whole),
      ...gapsOf(options),
    ],
    reshards: options.sharding.reshardAfterForward ?? false,
  }
}

/** What is assumed of labels of whole sequences. */
function labelsOf(model: Architecture): string[] {
  return labelHead(model)?.labelled === 'sequences'
    ? [
        'the last stage has no tokens by which transformers finds the end of a padded sequence: it labels each by its last position',
      ]
    : []
}

/** What is known to be off in a stage. */
function gapsOf({ isPrepared, autocast, recompute }: CheckedMemoryOptions): string[] {
  return isPrepared && autocast && recompute === 'none'
    ? [
        'the first stage with prepared weights under autocast and without recomputation was 0.7 % too high in a recorded run',
      ]
    : []
}

interface Stages {
  readonly first: MemoryEstimate
  readonly last: MemoryEstimate
}

interface Pipeline {
  readonly first: StageRun
  readonly last: StageRun
  /** Micro-batches of a step. */
  readonly batches: number
  /** What is assumed of tensor parallelism within a stage, and what is known to be off. */
  readonly assumptions: readonly string[]
  /** Whether FSDP2 frees parameters after each forward pass. */
  readonly reshards: boolean
}

function largestOf(moments: readonly MemoryEstimate[]): MemoryEstimate {
  return moments.reduce((largest, moment) => (moment.tensorBytes > largest.tensorBytes ? moment : largest))
}

function withAssumptions(
  { first, last }: Stages,
  { first: { options }, batches, assumptions, reshards }: Pipeline,
  { pipeline, data }: Degrees,
): MemoryEstimate {
  const { strategy } = options.sharding
  const largest = last.tensorBytes > first.tensorBytes ? last : first
  return {
    ...largest,
    assumptions: [
      ...largest.assumptions,
      ...assumptions,
      `${pipeline} pipeline stages with equal parts of the layers, ${batches} micro-batches in a step, scheduled 1F1B (torch 2.15, \`Schedule1F1B\`): ${pipeline} are in flight on the first stage, and one on the last; the estimate is for the ${largest === first ? 'first' : 'last'} one, which needs more than the other`,
      ...(data > 1 && strategy === 'ddp'
        ? [
            'gradients are reduced in the backward pass of the last micro-batch alone (torch 2.15, `backward_maybe_with_nosync` in `distributed/pipelining/stage.py`)',
          ]
        : []),
      ...(data > 1 && strategy !== 'ddp'
        ? [
            `ranks of FSDP2 in a pipeline ${reshards ? 'keep what backward has gathered until the next forward pass' : 'gather parameters once for all micro-batches, as torchtitan 0.3.0 does it unless it is told otherwise (`reshardAfterForward`)'}, and hold whole gradients until all are done (torch 2.15, \`distributed/pipelining/stage.py\`)`,
          ]
        : []),
    ],
  }
}

/** What torch's pipelines do not work with, or was not looked at, with a way out; absent if all does. */
export function refusedBesidePipeline(
  model: Architecture,
  { storage, sharding }: CheckedMemoryOptions,
): string | undefined {
  const { dimensions, className, forward } = model
  const { order = 'sequential' } = forward?.residual ?? {}
  const besideStrategy = strategyBesidePipeline(sharding)
  const labelled = labelHead(model)?.labelled
  const refused: readonly (readonly [boolean, string])[] = [
    [
      dimensions.tiedEmbeddings,
      `${className} with tied embeddings, which are on two stages: nemo-automodel 0.7.0 refuses it too; use \`sharding\` or \`tensor\``,
    ],
    [
      !ORDERS.has(order) || forward?.attention?.keySharing !== undefined || (forward?.embedding ?? 'plain') !== 'plain',
      `${className}, whose layers get more than hidden states: use \`sharding\``,
    ],
    [labelled === 'spans', `${className}, whose last stage would return two tensors: use \`tensor\` or \`sharding\``],
    [besideStrategy !== undefined, besideStrategy ?? ''],
    [
      sharding.ranks > 1 && sharding.syncEachBatch === true,
      '`sharding.syncEachBatch`, as its stages reduce gradients after the last micro-batch alone: leave it out',
    ],
    [
      storage !== undefined && sharding.ranks > 1,
      `weights in ${storage} on data-parallel ranks: take weights in 16 bits, or one rank for each stage`,
    ],
  ]
  const [, found] = refused.find(([isRefused]) => isRefused) ?? []
  return found && `\`layout.pipeline\` cannot be estimated with ${found}`
}

const ORDERS: ReadonlySet<string> = new Set(['sequential', 'parallel', 'normalised', 'nested'])
