import { architectureFromConfig, linearLayers } from '../../../src/architecture/index.js'
import { isOnlyInTransformers5 } from '../../../src/architecture/newer-types.js'
import { estimateMemory, type LoraOptions, type MemoryOptions } from '../../../src/estimate/index.js'
import { type MemoryRecord, memoryRecords } from '../../estimate/memory-records.js'
import type { Random } from '../random.js'

/** A training step or prefill of a small model, with the program that records it. */
export interface SweepCase {
  readonly id: string
  readonly recorder: Recorder
  readonly config: Config
  readonly options: MemoryOptions
}

/** The programs that record: see their first lines. */
export const RECORDERS = ['balanced.py', 'oracle.py', 'whole.py'] as const

/** One of them. */
export type Recorder = (typeof RECORDERS)[number]

/** What a comparison of an estimate with a record found. */
export type Verdict =
  | { readonly kind: 'exact' }
  | { readonly kind: 'off'; readonly estimated: number; readonly recorded: number; readonly where: string }
  | { readonly kind: 'refused'; readonly message: string }

type Config = Readonly<Record<string, unknown>>

/** The recorded small models that are drawn from: one is as good as another, so that all fixtures of families count. */
const DECODERS = [
  'families.jsonl.gz',
  'recurrent.jsonl.gz',
  'hybrids.jsonl.gz',
  'newer.jsonl.gz',
  'newer-mixtures.jsonl.gz',
  'layer-inputs.jsonl.gz',
  'shortcuts.jsonl.gz',
  'dense.jsonl.gz',
  'borrowed-classes.jsonl.gz',
  'last-decoders.jsonl.gz',
  'config-variants.jsonl.gz',
]
const WHOLES = [
  'wholes.jsonl.gz',
  'classes.jsonl.gz',
  'encoders.jsonl.gz',
  'further-encoders.jsonl.gz',
  'newer-wholes.jsonl.gz',
]

/** The models that a version of transformers runs as they are described, by family and recorder. */
function sweepModels(version: 4 | 5): SweepModels[] {
  const models = new Map<string, { family: string; recorder: Recorder; configs: Config[] }>()
  const decoder: Recorder = version === 4 ? 'balanced.py' : 'oracle.py'
  for (const [files, recorder] of [[DECODERS, decoder] as const, [WHOLES, 'whole.py'] as const]) {
    for (const { config } of files.flatMap(memoryRecords)) {
      const family = String(config['model_type'])
      if (describedVersion(family) !== version) continue
      const key = `${recorder} ${family}`
      const entry = models.get(key) ?? { family, recorder, configs: [] }
      entry.configs.push(config)
      models.set(key, entry)
    }
  }
  return [...models.values()]
}

interface SweepModels {
  readonly family: string
  readonly recorder: Recorder
  readonly configs: readonly Config[]
}

const describedVersion = (family: string): 4 | 5 =>
  isOnlyInTransformers5(family) || DESCRIBED_AS_IN_5.has(family) ? 5 : 4

/** Families that both versions have, and that are described as 5 writes them. */
const DESCRIBED_AS_IN_5: ReadonlySet<string> = new Set(['doge', 'recurrent_gemma', 'exaone', 'eurobert'])

/** Random cases: each family is as likely as any other. */
export function* sweepCases(
  random: Random,
  count: number,
  version: 4 | 5,
  families: readonly string[] = [],
): Generator<SweepCase> {
  const models = sweepModels(version).filter(({ family }) => families.length === 0 || families.includes(family))
  if (models.length === 0)
    throw new RangeError(`no recorded model of ${families.join(', ')} for transformers ${version}`)
  for (let index = 0; index < count; index += 1) {
    const { recorder, configs } = random.pick(models)
    const config = random.pick(configs)
    yield {
      id: `${config['model_type']}-${index}`,
      recorder,
      config,
      options: randomOptions(random, recorder, config, version),
    }
  }
}

function randomOptions(random: Random, recorder: Recorder, config: Config, version: 4 | 5): MemoryOptions {
  const method = random.pick(['full', 'full-mixed', 'lora', 'lora', 'inference'] as const)
  const sizes = {
    batchSize: 1 + random.below(3),
    sequenceLength: 16 * (1 + random.below(12)) + (random.chance(0.4) ? random.below(16) : 0),
  }
  const attention = random.chance(0.3) ? ({ attention: random.pick(['eager', 'efficient'] as const) } as const) : {}
  const dtype = method !== 'full-mixed' && random.chance(0.15) ? ({ dtype: 'float16' } as const) : {}
  if (method === 'inference') return { method, ...sizes, ...attention, ...dtype }
  const recompute = random.chance(0.45)
  const isLora = method === 'lora'
  const autocast = method !== 'full-mixed' && dtype.dtype === undefined && random.chance(0.3)
  return {
    method,
    ...sizes,
    ...attention,
    ...dtype,
    ...randomRecomputation(random, recompute, recorder !== 'whole.py'),
    ...randomStep(random),
    ...(recompute && random.chance(0.2) && { reentrant: true }),
    ...(isLora && { lora: randomLora(random, config) }),
    ...(isLora && recorder !== 'whole.py' && random.chance(0.3) && { adapterDtype: 'bfloat16' as const }),
    ...((isLora && recompute && version === 5) || random.chance(0.15) ? { inputGradients: true } : {}),
    ...(autocast && { autocast }),
    ...(random.chance(0.2) && { gradientAccumulation: 2 }),
    ...(random.chance(0.15) && { keepOutputs: true }),
  }
}

/** whole.py knows `gradientCheckpointing` alone. */
function randomRecomputation(random: Random, recomputes: boolean, knowsKinds: boolean): MemoryOptions {
  if (!recomputes || !knowsKinds || !random.chance(0.2)) return { gradientCheckpointing: recomputes }
  return { recompute: random.pick(['selective', { every: 2 }] as const) }
}

/** Adafactor has one implementation of its step. */
function randomStep(random: Random): MemoryOptions {
  const optimizer = random.pick(['adamw', 'adamw', 'adamw', 'sgd', 'adafactor'] as const)
  if (optimizer === 'adafactor') return { optimizer }
  return { optimizer, optimizerStep: random.pick(['fused', 'foreach', 'for-loop'] as const) }
}

function randomLora(random: Random, config: Config): LoraOptions {
  const names = [
    ...new Set([...linearLayers(architectureFromConfig(config))].map(({ name }) => String(name.split('.').at(-1)))),
  ]
  const some = names.filter(() => random.chance(0.4))
  return {
    rank: random.pick([2, 4, 8]),
    targetModules: some.length === 0 || random.chance(0.4) ? 'all-linear' : some,
    ...(random.chance(0.12) && { useDora: true }),
    ...(random.chance(0.12) && { bias: random.pick(['all', 'lora_only'] as const) }),
  }
}

/** What torch booked of a case. */
export type Truth = MemoryRecord['truth']

/** What the estimate of a case says beside its record. */
export function compared({ config, options }: SweepCase, truth: Truth): Verdict {
  const recorded = highest(options, truth)
  try {
    const { tensorBytes, peakAt } = estimateMemory(architectureFromConfig(config), options)
    if (Math.abs(tensorBytes - recorded) <= recorded * 1e-5) return { kind: 'exact' }
    const where = `${peakAt.phase} ${peakAt.operation}, recorded ${truth.peak.phase} ${truth.peak.op}`
    return { kind: 'off', estimated: tensorBytes, recorded, where }
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return { kind: 'refused', message: error.message }
    throw error
  }
}

function highest(options: MemoryOptions, { peak, accumulating }: Truth): number {
  const accumulates = (options.gradientAccumulation ?? 1) > 1
  return Math.max(peak.total, accumulates ? (accumulating?.total ?? 0) : 0)
}
