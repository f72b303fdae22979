import type { Architecture } from '../architecture/index.js'
import { type CheckedMemoryOptions, withRanks } from './checked-memory-options.js'
import { confidenceOf } from './confidence.js'
import { checkLayout } from './layout-options.js'
import type { MemoryEstimate } from './memory-estimate.js'
import { methodOf } from './methods.js'
import { overheadBytes, rangeOf } from './overhead.js'
import { refuseTargetsInLayout } from './refused-targets.js'
import { isAlikeOnRanks, NotedRun } from './replay/ranks/noted-run.js'
import { trainingStep } from './replay/step/training-step.js'
import type { ResolvedModel } from './resolved-model.js'
import { refuseRoutersInLayout } from './router-logits.js'
import { cannotReplay, type Replayer, runMemory } from './run-memory.js'
import { cacheShape } from './serving/cache/cache-blocks.js'
import { bytesPerToken } from './serving/cache/cache-bytes.js'
import { storedWeights } from './serving/weights/stored-weights.js'
import { dividedModel } from './shard/divided-model.js'
import { expertMemory } from './shard/expert-memory.js'
import type { Layout } from './shard/layout.js'
import { pipelineMemory, pipelineMemoryBelow } from './shard/pipeline-memory.js'
import { isDivisible } from './shard/refused-division.js'
import { refusedLayout } from './shard/refused-layout.js'
import { tensorMemory } from './shard/tensor-memory.js'

/** The memory of one run in any layout. */
export interface LayoutMemory {
  readonly of: (layout: Layout) => MemoryEstimate
  /** The same, or absent if it needs `limitBytes` or more, which may take less time to know. */
  readonly below: (limitBytes: number, layout: Layout) => MemoryEstimate | undefined
}

/**
 * Estimates one run in any layout. What does not depend on the layout is computed once.
 *
 * If only data is sharded, or with tensor, sequence, pipeline and expert parallelism, the step itself is replayed.
 */
export function layoutMemory(model: ResolvedModel, options: CheckedMemoryOptions): LayoutMemory {
  let whole: MemoryEstimate | undefined
  const divided = dividedModel(model.architecture, options)
  const replayer = replayedOnce()
  const estimated = <Staged>(layout: Layout, staged: () => Staged, enoughBytes?: number): MemoryEstimate | Staged => {
    if (methodOf(options.method).trains === 'nothing') {
      whole ??= runMemory(model, { ...options, layout: checkLayout({}) })
      return ranksOf(layout) === 1 ? whole : dividedServing(model, options, whole, layout)
    }
    if (layout.tensor * layout.pipeline * layout.expert === 1)
      return runMemory(model, withRanks(options, layout.data), { enoughBytes }, replayer('data'))
    if ('missing' in model.replay) throw cannotReplay(model, options, model.replay.missing)
    refuseTargetsInLayout(model, options)
    refuseRoutersInLayout(model.architecture, options)
    const refused = refusedLayout(model, options, layout)
    if (refused) throw new TypeError(refused)
    if (layout.pipeline > 1) return staged()
    if (layout.expert > 1) return expertMemory(divided, options, layout, { enoughBytes, replayer })
    return tensorMemory(divided, options, layout, { enoughBytes, replayer })
  }
  return {
    of: (layout) => estimated(layout, () => pipelineMemory(model, options, layout, divided)),
    below: (limitBytes, layout) => {
      const enoughBytes = limitBytes - overheadBytes(options.method)
      const staged = () => pipelineMemoryBelow(limitBytes, model, options, layout, { divided, replayer })
      const found = estimated(layout, staged, enoughBytes)
      return found && found.totalBytes < limitBytes ? found : undefined
    },
  }
}

/**
 * Replays the steps with the same key once for all numbers of ranks, where that is possible. The first step is replayed by itself if its replay may
 * end early: there may be no second one.
 */
function replayedOnce(): (key: string) => Replayer {
  const runs = new Map<string, NotedRun>()
  const seen = new Set<string>()
  return (key) => (model, step) => {
    if (!isAlikeOnRanks(step)) return trainingStep(model, step)
    const known = runs.get(key)
    if (known) return known.on(step)
    if (step.enoughBytes !== undefined && !seen.has(key)) {
      seen.add(key)
      return trainingStep(model, step)
    }
    const run = new NotedRun(model, step)
    runs.set(key, run)
    return run.on(step)
  }
}

/**
 * Serving on several GPUs. Weights and cache are divided as engines do it: what tensor parallelism cannot divide, such as the cache
 * of latent attention, is on every GPU. So is the residual stream; where the plan of transformers is known, the activations of a rank are replayed,
 * and where its weights are in 16 bits too, so is everything else.
 */
function dividedServing(
  model: ResolvedModel,
  options: CheckedMemoryOptions,
  whole: MemoryEstimate,
  { data, tensor, pipeline }: Layout,
): MemoryEstimate {
  const { parts } = whole
  const storage = model.storage(options.served)
  const { perGpu, total } = storedWeights(model.architecture, storage, { tensor, pipeline, expert: 1 })
  const rank =
    tensor > 1 && isDivisible(model.architecture, tensor, false)
      ? tensorMemory(dividedModel(model.architecture, options), options, { tensor, data: 1 })
      : undefined
  if (rank && data * pipeline === 1 && storage.precision === storage.computeDtype && !model.files) return rank
  const run = rank?.parts ?? parts
  const divided = {
    ...parts,
    parameters: Math.ceil((parts.parameters * perGpu) / total / data),
    kvCache: Math.ceil((parts.kvCache * cacheShare(model.architecture, tensor)) / pipeline / data),
    activations: run.activations,
    temporary: run.temporary,
  }
  const tensorBytes = Object.values(divided).reduce((sum, bytes) => sum + bytes, 0)
  return {
    ...whole,
    parts: divided,
    tensorBytes,
    totalBytes: tensorBytes + whole.overheadBytes,
    confidence: confidenceOf(model.architecture, options),
    range: rangeOf(tensorBytes, whole.overheadBytes),
    assumptions: [...whole.assumptions, 'weights and cache are divided among the GPUs as vLLM does it'],
  }
}

/** The share of the cache that one tensor-parallel rank has. */
function cacheShare(model: Architecture, tensor: number): number {
  const { blocks } = cacheShape(model)
  const bytes = (ranks: number): number =>
    blocks.reduce((sum, { block }) => sum + bytesPerToken(block, TWO_BYTES, ranks), 0)
  const whole = bytes(1)
  return whole > 0 ? bytes(tensor) / whole : 1 / tensor
}

const TWO_BYTES = { element: 2, convolution: 2, state: 2, keptInputs: (kernel: number) => kernel, draftTokens: 0 }

function ranksOf({ data, tensor, pipeline }: Layout): number {
  return data * tensor * pipeline
}
