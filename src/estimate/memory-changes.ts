/** The changes of a run that can save memory, the cheapest first. To add one, add a row where its cost belongs. */

import { methodOfType } from './finetuning-run.js'
import type { MemoryOptions } from './memory-options.js'
import { type MemoryMethod, methodOf } from './methods.js'
import { withPreset } from './presets/with-preset.js'
import { WITH_HEAD } from './replay/loss/loss.js'

/** What a change costs: nothing (the same results as fast), time, precision, or what is trained. */
export type ChangeCost = 'nothing' | 'time' | 'precision' | 'what is trained'

/** A change that may save memory. */
export interface Change {
  readonly cost: ChangeCost
  /** The changed options; `undefined` if the change means nothing for the run. */
  readonly apply: (
    options: MemoryOptions,
    bytesOf: (options: MemoryOptions) => number | undefined,
    limit: number,
  ) => MemoryOptions | undefined
  readonly describe: (changed: MemoryOptions) => string
}

export const CHANGES: readonly Change[] = [
  plain('nothing', 'a fused optimizer step', (run) =>
    run.trains && isSet(run.optimizer, 'adamw') && isSet(run.optimizerStep, 'foreach')
      ? { optimizerStep: 'fused' }
      : undefined,
  ),
  plain('nothing', 'a fused linear loss (Liger, cut cross entropy)', (run) =>
    run.trains && !run.isPreference && !(run.loss && WITH_HEAD.includes(run.loss))
      ? { loss: 'fused-linear' }
      : undefined,
  ),
  plain('nothing', "Liger's kernels", (run) =>
    run.trains && isSet(run.kernels, 'torch') ? { kernels: 'liger' } : undefined,
  ),
  plain('nothing', 'flash attention', (run) =>
    run.attention === 'eager' || run.attention === 'efficient' ? { attention: 'flash' } : undefined,
  ),
  plain('nothing', 'freeing the logits before backward', (run) =>
    run.keepOutputs ? { keepOutputs: false } : undefined,
  ),
  plain('time', 'gradient checkpointing on every layer', (run) =>
    run.trains && (run.gradientCheckpointing === false || (run.recompute !== undefined && run.recompute !== 'layers'))
      ? { recompute: 'layers' }
      : undefined,
  ),
  {
    cost: 'time',
    apply: smallerBatch,
    describe: ({ batchSize, gradientAccumulation }) =>
      gradientAccumulation && gradientAccumulation > 1
        ? `batch ${batchSize}, with gradient accumulation over ${gradientAccumulation}`
        : `batch ${batchSize}`,
  },
  plain('time', 'activations on the CPU', (run) => (run.trains ? offloading(run, 'activations') : undefined)),
  plain('time', 'the optimizer on the CPU', (run) => (run.trains ? offloading(run, 'optimizer') : undefined)),
  plain('precision', 'optimizer states of 8 bits', (run) =>
    run.trains && isSet(run.optimizer, 'adamw') ? { optimizer: 'adamw-8bit' } : undefined,
  ),
  plain('precision', 'weights and states of 16 bits', (run) =>
    run.method === 'full-mixed' ? { method: 'full' } : undefined,
  ),
  plain('precision', 'frozen weights of 4 bits (QLoRA)', (run) =>
    run.trains === 'adapters' && run.kind === 'lora' && isSet(run.quantization, 'none')
      ? { quantization: 'nf4-double' }
      : undefined,
  ),
  plain('precision', 'weights of 8 bits', (run) => (run.trains ? undefined : { precision: 'int8' })),
  plain('precision', 'weights of 4 bits', (run) => (run.trains ? undefined : { precision: 'int4' })),
  {
    cost: 'what is trained',
    apply: shorterSequences,
    describe: ({ sequenceLength = 0 }) => `sequences of ${sequenceLength.toLocaleString('en-US')} tokens`,
  },
  plain('what is trained', 'LoRA instead of all weights', (run) => (canBeLora(run) ? asLora(run, 'lora') : undefined)),
  plain('what is trained', 'QLoRA instead of all weights', (run) =>
    canBeLora(run) ? asLora(run, 'qlora') : undefined,
  ),
]

/** The options of a run, and what is known of it. */
interface Run extends MemoryOptions {
  /** What is trained; `undefined`: nothing. */
  readonly trains: 'weights' | 'adapters' | undefined
  readonly kind: MemoryMethod
  readonly isPreference: boolean
}

function plain(cost: ChangeCost, words: string, change: (run: Run) => Partial<MemoryOptions> | undefined): Change {
  return {
    cost,
    describe: () => words,
    apply(options) {
      const news = change(runOf(options))
      return news && merged(options, news)
    },
  }
}

/** The same options with others in their place: an option that says the same in other words goes. */
function merged(options: MemoryOptions, news: Partial<MemoryOptions>): MemoryOptions {
  const {
    optimizerStep: _step,
    lossLogits: _logits,
    gradientCheckpointing: _checkpointing,
    recompute: _recompute,
    precision: _precision,
    dtype: _dtype,
    ...rest
  } = options
  const { optimizerStep, lossLogits, gradientCheckpointing, recompute, precision, dtype } = options
  return {
    ...rest,
    ...(optimizerStep !== undefined && news.optimizer === undefined && { optimizerStep }),
    ...(lossLogits !== undefined && news.loss === undefined && { lossLogits }),
    ...(gradientCheckpointing !== undefined && news.recompute === undefined && { gradientCheckpointing }),
    ...(recompute !== undefined && { recompute }),
    ...(precision !== undefined && news.precision === undefined && { precision }),
    ...(dtype !== undefined && news.precision === undefined && { dtype }),
    ...news,
  }
}

function runOf(given: MemoryOptions): Run {
  const byType = given.finetuningType && methodOfType(given.finetuningType)
  const asked = byType === 'full' && given.lora ? 'lora' : byType
  const { options } = withPreset(asked ? { ...given, method: asked } : given)
  const kind = asked ?? options.method ?? 'full'
  const { trains } = methodOf(kind)
  const isPreference = ['dpo', 'cdpo', 'ipo', 'kto', 'grpo', 'ppo', 'orpo', 'rrhf'].includes(given.finetuningType ?? '')
  return { ...options, kind, isPreference, trains: trains === 'nothing' ? undefined : trains }
}

function isSet<Value>(value: Value | undefined, standard: Value): boolean {
  return value === undefined || value === standard
}

function offloading(
  { sharding, world, layout }: Run,
  what: 'activations' | 'optimizer',
): Partial<MemoryOptions> | undefined {
  if (sharding?.offload?.includes(what) || world !== undefined || layout) return undefined
  const own = sharding ?? { strategy: 'none' as const, ranks: 1 }
  return { sharding: { ...own, offload: [...(own.offload ?? []), what] } }
}

/** The largest smaller batch that fits, else 1; what it lacks is accumulated. */
function smallerBatch(
  options: MemoryOptions,
  bytesOf: (options: MemoryOptions) => number | undefined,
  limit: number,
): MemoryOptions | undefined {
  const { batchSize = 1, gradientAccumulation = 1 } = options
  if (batchSize === 1) return undefined
  const isAccumulated = runOf(options).trains !== undefined && options.optimizerStep !== 'in-backward'
  const withBatch = (size: number): MemoryOptions => ({
    ...options,
    batchSize: size,
    ...(isAccumulated && { gradientAccumulation: Math.ceil((batchSize * gradientAccumulation) / size) }),
  })
  let [low, high] = [1, batchSize]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if ((bytesOf(withBatch(middle)) ?? Number.POSITIVE_INFINITY) <= limit) low = middle
    else high = middle
  }
  return withBatch(low)
}

/** Half of the tokens, a quarter and so on, down to 512, until it fits. */
function shorterSequences(
  options: MemoryOptions,
  bytesOf: (options: MemoryOptions) => number | undefined,
  limit: number,
): MemoryOptions | undefined {
  let { sequenceLength = 4096 } = options
  if (sequenceLength < 2 * SHORTEST) return undefined
  for (;;) {
    sequenceLength = Math.ceil(sequenceLength / 2)
    const changed = { ...options, sequenceLength }
    const bytes = bytesOf(changed)
    if ((bytes !== undefined && bytes <= limit) || sequenceLength < 2 * SHORTEST) return changed
  }
}

/** Shorter sequences are no use for training on texts. */
const SHORTEST = 512

function canBeLora({ trains, kind, finetuningType, isPreference }: Run): boolean {
  return (
    trains === 'weights' && (kind === 'full' || kind === 'full-mixed') && (finetuningType === undefined || isPreference)
  )
}

function asLora(run: Run, method: 'lora' | 'qlora'): Partial<MemoryOptions> {
  if (!run.isPreference) return { method }
  const lora = { rank: 32, targetModules: 'all-linear' } as const
  return method === 'lora' ? { lora } : { lora, quantization: 'nf4-double' }
}
