import { architectureFromConfig, linearLayers } from '../../../src/architecture/index.js'
import type { LoraOptions, MemoryOptions } from '../../../src/estimate/index.js'
import type { Random } from '../random.js'
import type { Config } from './config-draws.js'
import type { Recorder } from './recorders.js'

/** Options, and the program that records them. */
interface DrawnOptions {
  readonly recorder: Recorder
  readonly options: MemoryOptions
}

/** Random options that a program can record. */
export function randomOptions(random: Random, usual: Recorder, config: Config, version: 4 | 5): DrawnOptions {
  if (usual !== 'whole.py' && random.chance(0.12)) return typeOptions(random, config)
  const method = random.pick(['full', 'full-mixed', 'lora', 'lora', 'inference'] as const)
  const sizes = randomSizes(random)
  const attention = random.chance(0.3) ? ({ attention: random.pick(['eager', 'efficient'] as const) } as const) : {}
  const dtype =
    method !== 'full-mixed' && random.chance(0.2)
      ? { dtype: random.pick(['float16', 'float16', 'float32'] as const) }
      : {}
  const routers = randomRouters(random, config)
  const base: MemoryOptions = { method, ...sizes, ...attention, ...dtype, ...routers }
  if (method === 'inference') return { recorder: usual, options: base }
  const recompute = random.chance(0.45)
  const isLora = method === 'lora'
  const autocast = method !== 'full-mixed' && dtype.dtype === undefined && random.chance(0.3)
  const options: MemoryOptions = {
    ...base,
    ...randomRecomputation(random, recompute),
    ...randomStepOfOneRank(random),
    ...(recompute && random.chance(0.2) && { reentrant: true }),
    ...(isLora && { lora: randomLora(random, config) }),
    ...(isLora && random.chance(0.3) && { adapterDtype: 'bfloat16' as const }),
    ...((isLora && recompute && version === 5) || random.chance(0.15) ? { inputGradients: true } : {}),
    ...(autocast && { autocast }),
    ...(random.chance(0.15) && { keepOutputs: true }),
  }
  const accumulates = options.optimizerStep !== 'in-backward' && random.chance(0.2)
  return {
    recorder: usual,
    options: accumulates ? { ...options, gradientAccumulation: random.pick([2, 3]) } : options,
  }
}

/** A mask for the loss of routers, where a config has one. */
function randomRouters(random: Random, config: Config): MemoryOptions {
  const returns = config['output_router_logits'] === true
  return returns && random.chance(0.5) ? { attentionMask: true } : {}
}

/** Lengths are multiples of 16 in two of five cases, and may be a few tokens. */
export function randomSizes(random: Random): MemoryOptions {
  const tokens = random.chance(0.1) ? 2 + random.below(14) : 16 * (1 + random.below(12))
  return { batchSize: 1 + random.below(3), sequenceLength: tokens + (random.chance(0.6) ? random.below(16) : 0) }
}

const TYPES = [
  'last_layer',
  'top_layers',
  'bias_only',
  'attention_only',
  'prompt_tuning',
  'p_tuning',
  'prefix_tuning',
  'p_tuning_v2',
  'dora',
  'adalora',
  'lora_plus',
] as const

/** One of the types of fine-tuning that finetuning.py records: always with the fused step. */
function typeOptions(random: Random, config: Config): DrawnOptions {
  const finetuningType = random.pick(TYPES)
  const isPrefix = finetuningType === 'prefix_tuning' || finetuningType === 'p_tuning_v2'
  const hasTokens = isPrefix || finetuningType.startsWith('p')
  const hasAdapters = ['dora', 'adalora', 'lora_plus'].includes(finetuningType)
  const { rank, targetModules } = randomLora(random, config)
  const options: MemoryOptions = {
    finetuningType,
    ...randomSizes(random),
    gradientCheckpointing: !isPrefix && random.chance(0.4),
    optimizerStep: finetuningType === 'lora_plus' ? 'foreach' : 'fused',
    ...(finetuningType === 'top_layers' && { layers: 1 }),
    ...(hasTokens && { numVirtualTokens: 1 + random.below(9) }),
    ...(isPrefix && random.chance(0.5) && { prefixProjection: true, encoderHiddenSize: 40 }),
    ...(hasAdapters && { lora: { rank, ...(targetModules !== undefined && { targetModules }) } }),
  }
  return { recorder: 'finetuning.py', options }
}

export function randomRecomputation(random: Random, recomputes: boolean): MemoryOptions {
  if (!recomputes || !random.chance(0.25)) return { gradientCheckpointing: recomputes }
  return { recompute: random.pick(['selective', { every: 2 }, { every: 3 }] as const) }
}

/** Adafactor has one implementation of its step. */
export function randomStep(random: Random): MemoryOptions {
  const optimizer = random.pick(['adamw', 'adamw', 'adamw', 'sgd', 'adafactor'] as const)
  if (optimizer === 'adafactor') return { optimizer }
  return { optimizer, optimizerStep: random.pick(['fused', 'foreach', 'for-loop'] as const) }
}

/** Also Muon, and steps in backward, which only the recorders of one rank know. */
function randomStepOfOneRank(random: Random): MemoryOptions {
  if (random.chance(0.15))
    return { optimizer: 'muon', optimizerStep: random.pick(['fused', 'foreach', 'for-loop'] as const) }
  if (random.chance(0.15))
    return { optimizer: random.pick(['adamw', 'sgd', 'adafactor'] as const), optimizerStep: 'in-backward' }
  return randomStep(random)
}

export function randomLora(random: Random, config: Config): LoraOptions {
  const linear = [...linearLayers(architectureFromConfig(config))].map(({ name }) => name)
  const ends = [...new Set(linear.map((name) => String(name.split('.').at(-1))))]
  const some = ends.filter(() => random.chance(0.4))
  const named = some.length === 0 || random.chance(0.35) ? ('all-linear' as const) : some
  const targetModules = named !== 'all-linear' && random.chance(0.15) ? `.*\\.(${named.join('|')})` : named
  const isList = Array.isArray(targetModules)
  return {
    rank: random.pick([1, 2, 3, 4, 7, 8]),
    targetModules,
    ...(isList && random.chance(0.15) && { layersToTransform: [random.below(2)] }),
    ...(random.chance(0.12) && { rankPattern: { [random.pick(ends)]: random.pick([1, 5, 12]) } }),
    ...(random.chance(0.1) && { modulesToSave: [random.pick(SAVED)] }),
    ...(random.chance(0.1) && { excludeModules: [random.pick(ends)] }),
    ...(random.chance(0.12) && { useDora: true }),
    ...(random.chance(0.12) && { useRslora: true }),
    ...(random.chance(0.12) && { loraDropout: 0.1 }),
    ...(random.chance(0.12) && { bias: random.pick(['all', 'lora_only'] as const) }),
  }
}

/** Names that many classes have. PEFT fails with those that a class lacks. */
const SAVED = ['embed_tokens', 'lm_head', 'norm', 'score', 'classifier', 'wte', 'q_proj', 'word_embeddings'] as const
