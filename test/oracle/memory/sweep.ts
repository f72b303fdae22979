import { architectureFromConfig } from '../../../src/architecture/index.js'
import { checkMemoryOptions } from '../../../src/estimate/checked-memory-options.js'
import { estimateMemory, type MemoryOptions } from '../../../src/estimate/index.js'
import { pipelineOf, pipelineStages } from '../../../src/estimate/shard/pipeline-memory.js'
import type { MemoryRecord } from '../../estimate/memory-records.js'
import type { Random } from '../random.js'
import { type Axis, DRAWS_OF_AXES } from './axis-draws.js'
import { type Config, type ConfigFacts, drawnConfig } from './config-draws.js'
import type { CaseOptions } from './drawn-case.js'
import { randomOptions } from './option-draws.js'
import type { Recorder } from './recorders.js'
import { type SweepModels, sweepModels } from './sweep-models.js'

/** A training step or prefill of a small model, with the program that records it. */
export interface SweepCase {
  readonly id: string
  readonly recorder: Recorder
  readonly config: Config
  readonly options: CaseOptions
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
  /** What is drawn of decoders. */
  readonly axes: readonly Axis[]
  /** The fields of config classes, by `model_type`. Families without them keep their recorded configs. */
  readonly facts: Readonly<Record<string, ConfigFacts>>
}

/** The families that can be drawn. */
export function sweepFamilies(version: 4 | 5, families: readonly string[]): string[] {
  return [...new Set(modelsOf(version, families).map(({ family }) => family))]
}

/** Random cases: each family is as likely as any other. */
export function* sweepCases(
  random: Random,
  { count, version, families, axes, facts }: SweepRequest,
): Generator<SweepCase> {
  const isOfDecoders = !axes.includes('one')
  const models = modelsOf(version, families).filter(({ recorder }) => !isOfDecoders || recorder !== 'whole.py')
  for (let index = 0; index < count; index += 1) {
    const { family, recorder: usual, configs } = random.pick(models)
    const known = facts[family]
    const recorded = random.pick(configs)
    // whole.py does not spread tokens evenly over experts.
    const heads = isOfDecoders ? [] : Object.keys(known?.heads ?? {})
    const isHeaded =
      heads.length > 0 && !Object.keys(recorded).some((name) => name.includes('expert')) && random.chance(0.15)
    const head = isHeaded ? random.pick(heads) : undefined
    const config = known ? drawnConfig(random, recorded, known, head) : recorded
    const recorder = head && head !== 'ForCausalLM' ? 'whole.py' : usual
    const axis = recorder === 'whole.py' ? 'one' : random.pick(axes)
    const drawn =
      axis === 'one' ? randomOptions(random, recorder, config, version) : DRAWS_OF_AXES[axis](random, config, version)
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
    const { tensorBytes, peakAt } = estimateOf(config, options)
    if (Math.abs(tensorBytes - recorded) <= recorded * 1e-5) return { kind: 'exact' }
    const where = `${peakAt.phase} ${peakAt.operation}, recorded ${truth.peak.phase} ${truth.peak.op}`
    return { kind: 'off', estimated: tensorBytes, recorded, where }
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return { kind: 'refused', message: error.message }
    throw error
  }
}

/** The estimate of a rank; of a pipeline, of its recorded stage. */
function estimateOf(config: Config, { stage, ...options }: CaseOptions) {
  const model = architectureFromConfig(config)
  const whole = estimateMemory(model, options)
  const { pipeline = 1, tensor = 1 } = options.layout ?? {}
  if (stage === undefined || pipeline === 1) return whole
  const checked = checkMemoryOptions(options)
  const { first, last } = pipelineStages(pipelineOf(model, checked, { data: checked.sharding.ranks, tensor, pipeline }))
  return stage === 0 ? first : last
}

function highest(options: MemoryOptions, { peak, accumulating }: Truth): number {
  const accumulates = (options.gradientAccumulation ?? 1) > 1
  return Math.max(peak.total, accumulates ? (accumulating?.total ?? 0) : 0)
}
