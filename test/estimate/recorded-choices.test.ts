import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ATTENTION_KERNELS } from '../../src/estimate/kernels.js'
import { MEMORY_METHODS } from '../../src/estimate/methods.js'
import { confidenceOfStates, OPTIMIZERS } from '../../src/estimate/optimizers.js'
import { memoryRecords } from './memory-records.js'

/** Measurements of a whole GPU, which name their options in words of their own; single kernels, states of single tensors, and the modules that packing leaves, which have none. */
const WITHOUT_OPTIONS = [
  'measured.jsonl.gz',
  'kernels-h100.jsonl.gz',
  'kept-modules.jsonl.gz',
  'optimizer-states.jsonl.gz',
  'unsloth-h200.jsonl.gz',
]

/** The options of every recorded run. */
const RUNS = readdirSync(new URL('../fixtures/memory/', import.meta.url))
  .filter((file) => file.endsWith('.jsonl.gz') && !WITHOUT_OPTIONS.includes(file))
  .flatMap(memoryRecords)
  .map(({ options }) => options)

describe('a recorded run holds', () => {
  it('every optimizer whose states are called replayed, and none whose states are called derived', () => {
    const recorded = new Set(
      RUNS.flatMap(({ method, optimizer = 'adamw' }) => (method === 'inference' ? [] : optimizer)),
    )
    expect(OPTIMIZERS.filter((one) => recorded.has(one) !== (confidenceOfStates(one) === 'replayed'))).toEqual([])
  })

  it('every attention kernel', () => {
    const recorded = new Set(RUNS.map(({ attention = 'flash' }) => attention))
    expect(ATTENTION_KERNELS.filter((one) => !recorded.has(one))).toEqual([])
  })

  it('every method', () => {
    const recorded = new Set(RUNS.map(({ method }) => method))
    expect(MEMORY_METHODS.filter((one) => !recorded.has(one))).toEqual([])
  })
})
