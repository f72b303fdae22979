import { defaultLora } from '../../estimate/lora/default-lora.js'
import type { LoraOptions } from '../../estimate/lora/options.js'
import type { MemoryOptions } from '../../estimate/memory-options.js'
import { type PresetName, presetLora } from '../../estimate/presets/presets.js'
import type { ShardingOptions } from '../../estimate/sharding-options.js'
import { UsageError } from '../exit-code.js'
import { LORA_FLAGS, SHARDING_FLAGS, STEP_FLAGS } from './memory-flags.js'

/** What else decides the options that flags leave open. */
interface Around {
  /** The family of the model, which decides the default targets of adapters. */
  readonly family: string
  readonly rank: number | undefined
  /** The options of a job, which flags change. */
  readonly job?: MemoryOptions | undefined
}

/**
 * The options of an estimate that the flags of a training run say, and what a job says beside them.
 *
 * @throws UsageError for flags that mean nothing without another one
 */
export function memoryOptionsOf(
  parsed: Readonly<Record<string, unknown>>,
  { family, rank, job = {} }: Around,
): MemoryOptions {
  const step = STEP_FLAGS.given(parsed)
  const preset = step.preset ?? job.preset
  const lora = loraOf(LORA_FLAGS.given(parsed), { family, rank, preset, job: job.lora })
  const sharding = shardingOf(SHARDING_FLAGS.given(parsed), job.sharding)
  const { lora: _, sharding: __, optimizerStep, recompute, dtype, method, loss, ...said } = job
  const isTyped = step.finetuningType !== undefined
  return {
    ...said,
    ...(!isTyped && method !== undefined && { method }),
    ...(!isTyped && loss !== undefined && { loss }),
    // What a flag replaces takes with it what the job says beside it.
    ...(optimizerStep !== undefined && step.optimizer === undefined && { optimizerStep }),
    ...(recompute !== undefined && parsed['checkpointing'] !== false && { recompute }),
    ...(dtype !== undefined && parsed['precision'] === undefined && { dtype }),
    ...step,
    ...(lora && { lora }),
    ...(sharding && { sharding }),
  }
}

interface Adapted extends Omit<Around, 'job'> {
  readonly preset: PresetName | undefined
  readonly job: LoraOptions | undefined
}

function loraOf(given: Partial<LoraOptions>, { family, rank, preset, job }: Adapted): LoraOptions | undefined {
  if (job) return { ...job, ...given, rank: rank ?? job.rank }
  if (rank === undefined && Object.keys(given).length === 0) return undefined
  const preferred = preset && presetLora(preset)
  // The preset fills in the targets.
  if (preferred?.rank !== undefined) return { rank: rank ?? preferred.rank, ...given }
  const standard = defaultLora(family, rank)
  if (given.targetModules !== undefined) return { rank: standard.rank, ...given }
  // A list adds to what PEFT refuses to adapt; a regular expression stands for itself.
  const { excludeModules: asked } = given
  const { excludeModules: refused = [] } = standard
  const excludeModules = Array.isArray(asked) && Array.isArray(refused) ? [...refused, ...asked] : asked
  return { ...standard, ...given, ...(excludeModules !== undefined && { excludeModules }) }
}

function shardingOf(given: Partial<ShardingOptions>, job: ShardingOptions | undefined): ShardingOptions | undefined {
  if (job && given.strategy === undefined) {
    const ranks = given.ranks ?? job.ranks
    return { ...job, ...given, ranks, strategy: job.strategy === 'none' && ranks > 1 ? 'fsdp2' : job.strategy }
  }
  const { strategy, ranks, ...rest } = given
  if (ranks !== undefined) return { strategy: strategy ?? (ranks > 1 ? 'fsdp2' : 'none'), ranks, ...rest }
  if (strategy !== undefined && strategy !== 'none')
    throw new UsageError(`--sharding ${strategy} needs a number of ranks, such as --ranks 8`)
  const { offload, ...ofRanks } = rest
  const [unused] = Object.keys(ofRanks)
  if (unused !== undefined)
    throw new UsageError(`${SHARDING_FLAGS.names.get(unused)} needs ranks, such as --sharding fsdp2 --ranks 8`)
  return strategy === undefined && offload === undefined ? undefined : { strategy: 'none', ranks: 1, ...rest }
}

/** An error of the library in the words of the command: `` `lossLogits` `` is `--loss-logits`, and `` `loss: 'logits'` `` is `--loss logits`. */
export function inFlags(message: string): string {
  const withValues = message.replace(OPTION_VALUES, (found, name: string, value: string) => {
    const flag = NAMES.get(name)
    return flag ? `${flag} ${value}` : found
  })
  return withValues.replace(
    OPTION_NAMES,
    (found, quoted?: string) => NAMES.get((quoted ?? found).split('.').at(-1) ?? '') ?? found,
  )
}

const OPTION_VALUES = /`(\w{1,60}): '([\w-]{1,60})'`/g

/** Option names in backquotes, and words in camel case. */
const OPTION_NAMES = /`([\w.]{1,60})`|\b[a-z]{1,40}[A-Z]\w{0,40}/g

const NAMES: ReadonlyMap<string, string> = new Map([
  ...STEP_FLAGS.names,
  ...LORA_FLAGS.names,
  ...SHARDING_FLAGS.names,
  ['method', '--method'],
  ['batchSize', '--batch'],
  ['sequenceLength', '--context'],
  ['precision', '--precision'],
  ['rank', '--rank'],
  ['gradientCheckpointing', '--no-checkpointing'],
  ['tensor', '--layout tp'],
  ['pipeline', '--layout pp'],
  ['context', '--layout cp'],
  ['expert', '--layout ep'],
  ['sequenceParallel', '--layout sp'],
])
