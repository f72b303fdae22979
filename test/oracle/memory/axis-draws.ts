import { architectureFromConfig } from '../../../src/architecture/index.js'
import type { MemoryOptions } from '../../../src/estimate/index.js'
import type { Random } from '../random.js'
import type { Config } from './config-draws.js'
import type { CaseOptions, DrawnCase } from './drawn-case.js'
import { lossOptions, preferenceOptions } from './loss-draws.js'
import { randomLora, randomRecomputation, randomSizes, randomStep } from './option-draws.js'
import { optimizerOptions, peftOptions } from './step-draws.js'

/** What is drawn: one rank, packed weights, data-parallel ranks, ranks of a layout, optimizers, what PEFT has, losses, or methods of preferences. */
export const AXES = ['one', 'packed', 'ranks', 'layout', 'optimizer', 'peft', 'loss', 'preference'] as const

/** One of {@link AXES}. */
export type Axis = (typeof AXES)[number]

type LayoutOptions = NonNullable<MemoryOptions['layout']>
type ShardingOptions = NonNullable<MemoryOptions['sharding']>

type Draw = (random: Random, config: Config, version: 4 | 5) => DrawnCase

/** The draws of each axis but that of one rank. */
export const DRAWS_OF_AXES: Readonly<Record<Exclude<Axis, 'one'>, Draw>> = {
  optimizer: optimizerOptions,
  peft: peftOptions,
  loss: (random, config, version) => withGradients(lossOptions(random, config, version), version),
  preference: (random, config, version) => withGradients(preferenceOptions(random, config), version),
  packed: (random, config, version) => ({
    recorder: 'qlora.py',
    options: withInputGradients(packedOptions(random, config), version),
  }),
  ranks: (random, config, version) => ({
    recorder: 'data_parallel.py',
    options: withInputGradients(rankOptions(random, config), version),
  }),
  layout: (random, config, version) => ({
    recorder: 'layouts.py',
    options: withInputGradients(layoutOptions(random, config), version),
  }),
}

/** transformers 5 calls `enable_input_require_grads` where it recomputes layers of a model with adapters. */
function withInputGradients(options: CaseOptions, version: 4 | 5): CaseOptions {
  const recomputes = options.gradientCheckpointing || options.recompute !== undefined
  return version === 5 && options.lora && recomputes ? { ...options, inputGradients: true } : options
}

const withGradients = ({ recorder, options }: DrawnCase, version: 4 | 5): DrawnCase => ({
  recorder,
  options: withInputGradients(options, version),
})

/** Adapters on weights of bitsandbytes. */
function packedOptions(random: Random, config: Config): CaseOptions {
  const recomputes = random.chance(0.5)
  return {
    method: 'qlora',
    quantization: random.pick(['nf4-double', 'nf4-double', 'nf4', 'int8'] as const),
    ...randomSizes(random),
    ...randomRecomputation(random, recomputes),
    ...(recomputes && random.chance(0.4) && { reentrant: true }),
    ...randomStep(random),
    ...(random.chance(0.2) && { attention: random.pick(['eager', 'efficient'] as const) }),
    ...(random.chance(0.4) && { prepareForKbitTraining: true }),
    autocast: random.chance(0.5),
    lora: randomLora(random, config),
    ...(random.chance(0.3) && { adapterDtype: 'bfloat16' as const }),
    inputGradients: random.chance(0.4),
    ...(random.chance(0.2) && { gradientAccumulation: random.pick([2, 3]) }),
    ...(random.chance(0.15) && { keepOutputs: true }),
  }
}

const STRATEGIES = ['ddp', 'fsdp1', 'fsdp2', 'fsdp2', 'hsdp', 'zero-1', 'zero-2', 'zero-3'] as const

/** Data-parallel ranks. */
function rankOptions(random: Random, config: Config): CaseOptions {
  const sharding = randomSharding(random)
  const { strategy } = sharding
  const isOfDeepspeed = strategy.startsWith('zero')
  const drawn = random.pick(['full', 'full', 'full-mixed', 'lora', 'lora'] as const)
  // DeepSpeed turns autocast off, as the assumptions say: its weights are in 16 bits.
  const method = isOfDeepspeed && drawn === 'full-mixed' ? 'full' : drawn
  const isLora = method === 'lora'
  // FSDP1 has one dtype for what it gathers together.
  const isNarrow = isLora && (strategy === 'fsdp1' || strategy === 'zero-3' || random.chance(0.5))
  const recomputes = random.chance(0.5)
  return {
    method,
    sharding,
    ...randomSizes(random),
    ...randomRecomputation(random, recomputes),
    ...(recomputes && random.chance(0.25) && { reentrant: true }),
    ...randomStep(random),
    ...(random.chance(0.2) && { attention: random.pick(['eager', 'efficient'] as const) }),
    ...(isLora && { lora: randomLora(random, config), adapterDtype: isNarrow ? 'bfloat16' : 'float32' }),
    ...(isLora && random.chance(0.3) && { inputGradients: true }),
    ...(method !== 'full-mixed' && random.chance(0.25) && !isOfDeepspeed && { autocast: true }),
    ...(random.chance(0.3) && { gradientAccumulation: random.pick([2, 3]) }),
  }
}

function randomSharding(random: Random): ShardingOptions {
  const strategy = random.pick(STRATEGIES)
  const ranks = random.pick([2, 3, 4, 8])
  if (strategy === 'ddp') return { strategy, ranks }
  if (strategy.startsWith('zero')) {
    const deepspeed = {
      reduceBucketSize: random.pick([4_000, 40_000, 400_000]),
      ...(strategy === 'zero-3'
        ? {
            paramPersistenceThreshold: random.pick([1_000, 20_000]),
            maxReuseDistance: random.pick([0, 200_000]),
            prefetchBucketSize: random.pick([0, 20_000]),
          }
        : { overlapComm: random.chance(0.5) }),
    }
    return { strategy, ranks, deepspeed }
  }
  return {
    strategy,
    ranks,
    ...(random.chance(0.3) && { parameterDtype: 'float32' as const }),
    ...(random.chance(0.3) && { reduceDtype: random.pick(['float32', 'bfloat16'] as const) }),
    ...(random.chance(0.25) && { reshardAfterForward: false }),
  }
}

const LAYOUTS: readonly LayoutOptions[] = [
  { tensor: 2 },
  { tensor: 4 },
  { tensor: 8 },
  { pipeline: 2 },
  { pipeline: 3 },
  { pipeline: 4 },
  { pipeline: 2, tensor: 2 },
  { pipeline: 4, tensor: 2 },
  { context: 2 },
  { context: 4 },
  { context: 2, tensor: 2 },
]

/** The layouts whose stages have layers, and whose ranks have heads. */
function layoutsOf(config: Config): readonly LayoutOptions[] {
  const { layers, heads, kvHeads } = architectureFromConfig(config).dimensions
  const fitting = LAYOUTS.filter(
    ({ pipeline = 1, tensor = 1 }) => pipeline <= layers && heads % tensor === 0 && kvHeads % tensor === 0,
  )
  return fitting.length > 0 ? fitting : [{ context: 2 }]
}

/** Ranks of tensor, pipeline and context parallelism. */
function layoutOptions(random: Random, config: Config): CaseOptions {
  const layout = random.pick(layoutsOf(config))
  const { pipeline = 1, context = 1 } = layout
  const method = random.pick(
    pipeline * context > 1 ? (['full', 'lora'] as const) : (['full', 'full-mixed', 'lora', 'inference'] as const),
  )
  const { sequenceLength = 32, ...sizes } = randomSizes(random)
  const base: CaseOptions = {
    method,
    layout,
    ...sizes,
    sequenceLength: context * Math.ceil(sequenceLength / context),
    ...(random.chance(0.2) && context === 1 && { attention: random.pick(['eager', 'efficient'] as const) }),
  }
  if (method === 'inference') return base
  const isLora = method === 'lora'
  const recomputes = random.chance(0.5)
  const isSharded = random.chance(0.3)
  return {
    ...base,
    ...randomRecomputation(random, recomputes),
    ...(recomputes && random.chance(0.25) && { reentrant: true }),
    optimizerStep: random.pick(['fused', 'for-loop'] as const),
    ...(isSharded && { sharding: { strategy: 'fsdp2', ranks: 2 } as const }),
    ...(isLora && { lora: randomLora(random, config), adapterDtype: isSharded ? 'bfloat16' : 'float32' }),
    ...(isLora && random.chance(0.5) && { inputGradients: true }),
    ...(pipeline > 1 && { stage: random.below(2) * (pipeline - 1), gradientAccumulation: pipeline + random.below(3) }),
  }
}
