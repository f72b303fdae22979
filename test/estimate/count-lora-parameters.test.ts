import { describe, expect, it } from 'vitest'
import { FAMILIES } from '../../src/architecture/families/index.js'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { readRecords } from '../architecture/records.js'
import { loraCases, loraOutcome } from '../oracle/checkpoint/compare.js'

const families = new Set(FAMILIES.flatMap((family) => family.modelTypes))
const records = readRecords('public.jsonl.gz').filter(({ family, lora }) => lora && families.has(family))

describe('LoRA is counted as PEFT counts it', () => {
  it.each(records.map((record) => [record.name, record] as const))('%s', (_, { config, lora = {} }) => {
    const architecture = architectureFromConfig(config)
    for (const [options, outcome] of loraCases(lora)) {
      expect({ options, outcome: loraOutcome(architecture, options) }).toEqual({ options, outcome })
    }
  })
})
