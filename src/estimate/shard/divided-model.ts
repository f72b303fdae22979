import type { Architecture } from '../../architecture/index.js'
import type { CheckedMemoryOptions } from '../checked-memory-options.js'
import { type ResolvedModel, resolveModel } from '../resolved-model.js'
import { expertRank } from './expert-rank.js'
import { type PipelineStage, stageOf } from './stage-architecture.js'
import { type RankOptions, type TensorRank, tensorRank } from './tensor-rank.js'

/** What ranks have of a model in layouts. Each part is made once, for however many ranks share it. */
export interface DividedModel {
  /** A rank with experts of its own. */
  readonly experts: (ranks: number) => ResolvedModel
  /** A tensor-parallel rank. */
  readonly tensor: (ranks: number, options: RankOptions) => TensorRank
  /** The same, resolved. */
  readonly resolved: (rank: TensorRank) => ResolvedModel
  /** A stage of a pipeline, of the whole model or of a tensor-parallel rank. */
  readonly stage: (rank: TensorRank | undefined, index: number, stages: number) => ResolvedStage
}

/** A stage with everything that an estimate needs. */
export interface ResolvedStage {
  readonly stage: PipelineStage
  readonly resolved: ResolvedModel
}

/** Divides a model for runs that differ in the layout alone. */
export function dividedModel(architecture: Architecture, options: CheckedMemoryOptions): DividedModel {
  const experts = new Map<string, ResolvedModel>()
  const ranks = new Map<string, TensorRank>()
  const resolved = new Map<TensorRank, ResolvedModel>()
  const stages = new Map<string, ResolvedStage>()
  const numbers = new Map<TensorRank | undefined, number>()
  return {
    experts: (count) => once(experts, `${count}`, () => resolveModel(expertRank(architecture, count), options)),
    tensor: (count, rank) =>
      once(ranks, `${count} ${JSON.stringify(rank)}`, () => tensorRank(architecture, count, rank)),
    resolved: (rank) => once(resolved, rank, () => resolveModel(rank.architecture, options)),
    stage: (rank, index, count) => {
      const number = once(numbers, rank, () => numbers.size)
      return once(stages, `${number} ${index} ${count}`, () => {
        const whole = rank?.architecture ?? architecture
        const stage = stageOf(whole, index, count)
        return { stage, resolved: resolveModel(stage.architecture, options, whole) }
      })
    },
  }
}

/** What is known by a key, or is made now. */
function once<Key, Made>(known: Map<Key, Made>, key: Key, make: () => Made): Made {
  const found = known.get(key)
  if (found !== undefined) return found
  const made = make()
  known.set(key, made)
  return made
}
