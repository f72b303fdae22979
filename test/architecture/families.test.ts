import { describe, expect, it } from 'vitest'
import { FAMILIES } from '../../src/architecture/families/index.js'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { described, recorded } from '../oracle/checkpoint/compare.js'
import { readRecords } from './records.js'

const families = new Set(FAMILIES.flatMap((family) => family.modelTypes))
const published = readRecords('public.jsonl.gz').filter(({ family }) => families.has(family))

// Other sizes, biases on and off, ties, dense and sparse layers mixed, other heads, fields left out or null.
const varied = readRecords('varied.jsonl.gz').filter(({ family }) => families.has(family))

// Heads of every class, attention to an encoder, shared blocks, one field after the other toggled, and several at once;
// besides, configs of well-known models as they are published.
const headed = readRecords('mutated-a2.jsonl.gz')

// Multimodal models with all their towers, and families that transformers 4.57 lacks or that come with one of them.
const wholes = readRecords('wholes.jsonl.gz')

// Every class of further families, and their options toggled one by one.
const further = ['further-families', 'more-families', 'later-families'].flatMap((file) =>
  readRecords(`${file}.jsonl.gz`),
)

describe('A config becomes the model that transformers builds', () => {
  it.each([...published, ...varied, ...headed, ...wholes, ...further].map((record) => [record.name, record] as const))(
    '%s',
    (_, record) => {
      expect(described(architectureFromConfig(record.config))).toEqual(recorded(record))
    },
  )
})
