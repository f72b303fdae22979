import { bytesPerSequence, bytesPerToken } from './cache/cache-bytes.js'
import type { Parallel } from './check-parallel.js'
import type { Budget, EngineInput } from './engines/engine.js'
import { MOST, most } from './most.js'
import type { ServingPlan } from './serving-plan.js'
import type { WeightStorage } from './weights/weight-storage.js'

/** A plan, and what the searches for a better one need to know. */
export interface DetailedPlan {
  readonly plan: ServingPlan
  /** What the cache has left with the sequences, whatever lies outside the engine's share. */
  readonly spareBytes: number
}

/** What a plan says beside its numbers. */
export interface PlanFacts extends Pick<ServingPlan, 'engine' | 'engineVersion' | 'assumptions'> {
  readonly parallel: Parallel
  readonly storage: WeightStorage
  readonly lengths: number | undefined
  readonly modelContext: number | undefined
  readonly weightConfidence: 'replayed' | 'derived'
  readonly requested: number
}

/** What fits into the budget of an engine. */
export function planOf(input: EngineInput, budget: Budget, facts: PlanFacts): DetailedPlan {
  const { contextTokens, concurrency, blocks, tensor, shape, gpu } = input
  const { cache, cacheBytes } = budget
  const { parallel } = facts
  const outside = gpu.memoryBytes * (1 - budget.memoryUtilization) - budget.outsideBytes
  const hasRoom = cacheBytes >= 0 && outside >= -SLACK
  const sequences = (tokens: number): number =>
    hasRoom
      ? Math.min(cache.sequencesIn(cacheBytes, tokens), shape.blocks.length === 0 ? budget.maxBatchSequences : MOST)
      : 0
  const spareBytes = Math.floor(cacheBytes - concurrency * cache.bytesFor(contextTokens))
  const headroomBytes = Math.min(spareBytes, outside < -SLACK ? Math.floor(outside) : Number.POSITIVE_INFINITY)
  const fits = headroomBytes >= 0 && sequences(contextTokens) >= concurrency
  const plan: ServingPlan = {
    engine: facts.engine,
    engineVersion: facts.engineVersion,
    gpu,
    gpus: parallel.tensor * parallel.pipeline * parallel.data,
    precision: facts.storage.precision,
    fits,
    headroomBytes,
    weightBytes: input.weightBytes,
    cacheBytesPerToken: blocks.reduce((sum, block) => sum + bytesPerToken(block, cache.bytes, tensor), 0),
    stateBytesPerSequence: blocks.reduce(
      (sum, block) => sum + bytesPerSequence(block, cache.bytes, tensor, shape.encoderTokens),
      0,
    ),
    activationBytes: budget.activation.bytes,
    graphBytes: budget.graphs.bytes,
    otherBytes: budget.other.bytes,
    cacheBytes: Math.floor(cacheBytes),
    cacheTokens: hasRoom ? cache.tokensIn(cacheBytes) : 0,
    blockTokens: cache.blockTokens,
    contextTokens,
    concurrency: facts.requested,
    largestConcurrency: sequences(contextTokens) * parallel.data,
    ...(facts.lengths !== undefined && { largestConcurrencyAtLengths: sequences(facts.lengths) * parallel.data }),
    largestContextTokens: most(facts.modelContext ?? MOST, (tokens) => sequences(tokens) >= concurrency),
    memoryUtilization: budget.memoryUtilization,
    tooSmall: [],
    changes: [],
    confidence: {
      weights: facts.weightConfidence,
      cache: facts.engine === 'tgi' || facts.engine === 'tensorrt-llm' ? 'derived' : 'replayed',
      activations: budget.activation.confidence,
      graphs: budget.graphs.confidence,
      other: budget.other.confidence,
    },
    range: {
      ...(budget.activation.range && { activations: budget.activation.range }),
      ...(budget.graphs.range && { graphs: budget.graphs.range }),
      ...(budget.other.range && { other: budget.other.range }),
    },
    sources: budget.sources,
    assumptions: facts.assumptions,
  }
  return { plan, spareBytes }
}

/** What CUDA graphs may lack outside the share before it counts: their size is a mean of logs. */
const SLACK = 0.6 * 2 ** 30
