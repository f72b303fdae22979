import { describe, expect, it } from 'vitest'
import { FAMILIES } from '../../src/architecture/families/index.js'
import { type Architecture, architectureFromConfig } from '../../src/architecture/index.js'
import { countLoraParameters, type LoraOptions } from '../../src/estimate/index.js'
import { type LoraRecord, readRecords } from '../architecture/records.js'

const described = new Set(FAMILIES.flatMap((family) => family.modelTypes))
const records = readRecords('public.jsonl.gz').filter(({ family, lora }) => lora && described.has(family))

describe('LoRA is counted as PEFT counts it', () => {
  it.each(records.map((record) => [record.name, record] as const))('%s', (_, { config, lora = {} }) => {
    const architecture = architectureFromConfig(config)
    for (const [target, { names, ...byRank }] of Object.entries<LoraRecord>(lora)) {
      for (const [rank, expected] of Object.entries(byRank)) {
        const options = { rank: Number(rank), ...targetsOf(target, names) }
        expect({ target, rank, outcome: ours(architecture, options) }).toEqual({ target, rank, outcome: outcome(expected) })
      }
    }
  })
})

function targetsOf(target: string, names: unknown): Pick<LoraOptions, 'targetModules'> {
  if (Array.isArray(names)) return { targetModules: names }
  return target === 'default' ? {} : { targetModules: target }
}

function ours(architecture: Architecture, options: LoraOptions) {
  try {
    const { trainableParameters, modules } = countLoraParameters(architecture, options)
    return { trainable: trainableParameters, modules }
  } catch (error) {
    if (error instanceof RangeError) return { error: true }
    throw error
  }
}

/** What PEFT raises is an error of ours, whatever PEFT calls it. */
function outcome(expected: unknown) {
  return typeof expected === 'object' && expected !== null && 'error' in expected ? { error: true } : expected
}
