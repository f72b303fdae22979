import { architectureFromConfig } from '../../../src/architecture/index.js'
import { estimateMemory, type MemoryOptions } from '../../../src/estimate/index.js'
import type { MemoryRecord } from '../../estimate/memory-records.js'
import type { Random } from '../random.js'
import { type Config, type ConfigFacts, drawnConfig } from './config-draws.js'
import { randomOptions } from './option-draws.js'
import type { Recorder } from './recorders.js'
import { type SweepModels, sweepModels } from './sweep-models.js'

/** A training step or prefill of a small model, with the program that records it. */
export interface SweepCase {
  readonly id: string
  readonly recorder: Recorder
  readonly config: Config
  readonly options: MemoryOptions
}

/** What a comparison of an estimate with a record found. */
export type Verdict =
  | { readonly kind: 'exact' }
  | { readonly kind: 'off'; readonly estimated: number; readonly recorded: number; readonly where: string }
  | { readonly kind: 'refused'; readonly message: string }

/** What to draw. */
export interface SweepRequest {
  readonly count: number
  /** The version of transformers that records. */
  readonly version: 4 | 5
  /** Empty: all. */
  readonly families: readonly string[]
  /** The fields of config classes, by `model_type`. Families without them keep their recorded configs. */
  readonly facts: Readonly<Record<string, ConfigFacts>>
}

/** The families that can be drawn. */
export function sweepFamilies(version: 4 | 5, families: readonly string[]): string[] {
  return [...new Set(modelsOf(version, families).map(({ family }) => family))]
}

/** Random cases: each family is as likely as any other. */
export function* sweepCases(random: Random, { count, version, families, facts }: SweepRequest): Generator<SweepCase> {
  const models = modelsOf(version, families)
  for (let index = 0; index < count; index += 1) {
    const { family, recorder: usual, configs } = random.pick(models)
    const known = facts[family]
    const recorded = random.pick(configs)
    // whole.py does not spread tokens evenly over experts.
    const isHeaded = !Object.keys(recorded).some((name) => name.includes('expert')) && random.chance(0.15)
    const heads = Object.keys(known?.heads ?? {})
    const head = isHeaded && heads.length > 0 ? random.pick(heads) : undefined
    const config = known ? drawnConfig(random, recorded, known, head) : recorded
    const recorder = head && head !== 'ForCausalLM' ? 'whole.py' : usual
    const drawn = randomOptions(random, recorder, config, version)
    yield { id: `${family}-${index}`, config, ...drawn }
  }
}

function modelsOf(version: 4 | 5, families: readonly string[]): SweepModels[] {
  const models = sweepModels(version).filter(({ family }) => families.length === 0 || families.includes(family))
  if (models.length === 0)
    throw new RangeError(`no recorded model of ${families.join(', ')} for transformers ${version}`)
  return models
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
