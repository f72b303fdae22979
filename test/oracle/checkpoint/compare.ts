import {
  type Architecture,
  activeParameters,
  architectureFromConfig,
  foldedLinearLayers,
  foldedParameters,
  ties,
  totalParameters,
} from '../../../src/architecture/index.js'
import { countLoraParameters, type LoraOptions } from '../../../src/estimate/index.js'
import type { CheckpointRecord, LoraRecord } from '../../architecture/records.js'

/** What differs between a record and what the library makes of the same config, a line each. */
export function differences(record: CheckpointRecord, configText: string): string[] {
  const architecture = architectureFromConfig(JSON.parse(configText))
  return [...differ('', described(architecture), recorded(record)), ...loraDifferences(architecture, record.lora ?? {})]
}

/** What the library says of an architecture, in the terms of a record. */
export function described(architecture: Architecture) {
  return {
    architecture: architecture.className,
    total_parameters: totalParameters(architecture),
    active_parameters: activeParameters(architecture),
    parameters: Object.fromEntries(foldedParameters(architecture)),
    tied: Object.fromEntries([...ties(architecture)].map(({ name, to }) => [name, to])),
    linear_layers: Object.fromEntries(foldedLinearLayers(architecture)),
  }
}

/** The same of a record. */
export function recorded(record: CheckpointRecord) {
  const { architecture, total_parameters, active_parameters, parameters, tied, linear_layers } = record
  return { architecture, total_parameters, active_parameters, parameters, tied, linear_layers }
}

/** What LoRA with some options trains, or that it cannot be. */
export function loraOutcome(architecture: Architecture, options: LoraOptions): unknown {
  try {
    const { trainableParameters, modules } = countLoraParameters(architecture, options)
    return { trainable: trainableParameters, modules }
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return { error: true }
    throw error
  }
}

/** What PEFT raises is an error of ours, whatever PEFT calls it. */
export function recordedOutcome(outcome: unknown): unknown {
  return typeof outcome === 'object' && outcome !== null && 'error' in outcome ? { error: true } : outcome
}

/** The options of a record of LoRA, with the outcome that is recorded for them. */
export function* loraCases(lora: Readonly<Record<string, LoraRecord>>): Generator<[LoraOptions, unknown]> {
  for (const [target, { names, ...byRank }] of Object.entries<LoraRecord>(lora)) {
    const targets = names ? { targetModules: names } : target === 'default' ? {} : { targetModules: target }
    for (const [rank, outcome] of Object.entries(byRank)) {
      yield [{ rank: Number(rank), ...targets }, recordedOutcome(outcome)]
    }
  }
}

function loraDifferences(architecture: Architecture, lora: Readonly<Record<string, LoraRecord>>): string[] {
  return [...loraCases(lora)].flatMap(([options, outcome]) =>
    differ(`LoRA ${JSON.stringify(options)}`, loraOutcome(architecture, options), outcome),
  )
}

/** The places where two values differ. */
function differ(place: string, ours: unknown, theirs: unknown): string[] {
  if (isRecord(ours) && isRecord(theirs)) {
    const keys = new Set([...Object.keys(ours), ...Object.keys(theirs)])
    return [...keys].flatMap((key) => differ(place === '' ? key : `${place} ${key}`, ours[key], theirs[key]))
  }
  const [a, b] = [JSON.stringify(ours), JSON.stringify(theirs)]
  return a === b ? [] : [`${place}: ${a ?? 'nothing'} here, ${b ?? 'nothing'} there`]
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
