import { describe, expect, it } from 'vitest'
import { FAMILIES } from '../../src/architecture/families/index.js'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { described, recorded } from '../oracle/checkpoint/compare.js'
import { readRecords } from './records.js'

const families = new Set(FAMILIES.flatMap((family) => family.modelTypes))
const records = readRecords('public.jsonl.gz').filter(({ family }) => families.has(family))

describe('A config becomes the model that transformers builds', () => {
  it.each(records.map((record) => [record.name, record] as const))('%s', (_, record) => {
    expect(described(architectureFromConfig(record.config))).toEqual(recorded(record))
  })
})
