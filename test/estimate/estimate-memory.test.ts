import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { architectureFromConfig, totalParameters } from '../../src/architecture/index.js'
import { estimateMemory, ForwardPassError, type MemoryOptions } from '../../src/estimate/index.js'
import { memoryRecords } from './memory-records.js'

const RECORDS = memoryRecords('public.jsonl.gz').map((record) => [record.id, record] as const)

const TINY = {
  model_type: 'llama',
  hidden_size: 64,
  intermediate_size: 128,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: 500,
}
const tiny = architectureFromConfig(TINY)

describe('estimateMemory agrees with torch', () => {
  it.each(RECORDS)(
    'on the peak of %s and on each part of it, to a thousandth of a percent',
    (_, { config, options, truth }) => {
      const { tensorBytes, parts, peakAt } = estimateMemory(architectureFromConfig(config), options)
      const { total, phase, op, ...expected } = truth.peak
      const tolerance = total * 1e-5
      expect(Math.abs(tensorBytes - total)).toBeLessThanOrEqual(tolerance)
      for (const [part, bytes] of Object.entries(expected)) {
        expect(Math.abs(parts[part as keyof typeof parts] - bytes), part).toBeLessThanOrEqual(tolerance)
      }
      expect(peakAt.phase).toBe(phase)
      expect(op.startsWith(peakAt.operation), `${op} at ${peakAt.operation}`).toBe(true)
    },
  )

  it.each(RECORDS.filter(([, { truth }]) => truth.accumulating))(
    'on a micro-batch whose gradients are added up: %s',
    (_, { config, options, truth }) => {
      const { tensorBytes } = estimateMemory(architectureFromConfig(config), { ...options, gradientAccumulation: 2 })
      const total = truth.accumulating?.total ?? 0
      expect(Math.abs(tensorBytes - total)).toBeLessThanOrEqual(total * 1e-5)
    },
  )
})

const METHODS = ['full', 'full-mixed', 'lora', 'qlora', 'inference'] as const
const anyOptions = fc.record({
  method: fc.constantFrom(...METHODS),
  batchSize: fc.integer({ min: 1, max: 4 }),
  sequenceLength: fc.integer({ min: 1, max: 64 }),
  gradientCheckpointing: fc.boolean(),
  optimizer: fc.constantFrom('adamw', 'adamw-8bit', 'sgd', 'adafactor'),
  attention: fc.constantFrom('flash', 'efficient', 'eager'),
  gradientAccumulation: fc.integer({ min: 1, max: 2 }),
})

describe('estimateMemory', () => {
  it('has parts that add up to the tensors, and tensors and overhead that add up to the total', () => {
    fc.assert(
      fc.property(anyOptions, (options) => {
        const { totalBytes, tensorBytes, overheadBytes, parts } = estimateMemory(tiny, options as MemoryOptions)
        expect(Object.values(parts).reduce((sum, bytes) => sum + bytes, 0)).toBe(tensorBytes)
        expect(tensorBytes + overheadBytes).toBe(totalBytes)
        expect(Object.values(parts).every((bytes) => bytes >= 0)).toBe(true)
      }),
    )
  })

  it('never needs less for a larger batch or a longer sequence', () => {
    fc.assert(
      fc.property(anyOptions, (options) => {
        const bytes = (more: Partial<MemoryOptions>) =>
          estimateMemory(tiny, { ...(options as MemoryOptions), ...more }).tensorBytes
        expect(bytes({ batchSize: options.batchSize + 1 })).toBeGreaterThanOrEqual(bytes({}))
        expect(bytes({ sequenceLength: options.sequenceLength + 1 })).toBeGreaterThanOrEqual(bytes({}))
      }),
    )
  })

  it('never needs more for a smaller rank, nor for weights of four bits', () => {
    const lora = (rank: number, method: 'lora' | 'qlora') =>
      estimateMemory(tiny, { method, sequenceLength: 32, lora: { rank, targetModules: 'all-linear' } }).tensorBytes
    expect(lora(8, 'lora')).toBeLessThan(lora(32, 'lora'))
    expect(lora(8, 'qlora')).toBeLessThan(lora(8, 'lora'))
  })

  it.each([
    [{ batchSize: 0 }, RangeError],
    [{ batchSize: 1.5 }, RangeError],
    [{ batchSize: 1e10 }, RangeError],
    [{ sequenceLength: -1 }, RangeError],
    [{ sequenceLength: Number.NaN }, RangeError],
    [{ gradientAccumulation: 0 }, RangeError],
    [{ method: 'half' }, TypeError],
    [{ optimizer: 'adagrad' }, TypeError],
    [{ method: 'lora', lora: { rank: 0 } }, RangeError],
  ])('refuses %j', (options, error) => {
    expect(() => estimateMemory(tiny, options as MemoryOptions)).toThrow(error)
  })

  it('takes `dtype` for `precision`, and refuses two that differ', () => {
    const float16 = estimateMemory(tiny, { dtype: 'float16', method: 'inference' })
    expect(float16.parts).toEqual(estimateMemory(tiny, { precision: 'float16', method: 'inference' }).parts)
    expect(() => estimateMemory(tiny, { dtype: 'float16', precision: 'bfloat16' })).toThrow(
      new TypeError(
        '`precision` is "bfloat16" and `dtype` is "float16": they are the same option, so pass only one of them',
      ),
    )
  })

  it('refuses selective recomputation that is reentrant, which torch does not do', () => {
    expect(() => estimateMemory(tiny, { recompute: 'selective', reentrant: true })).toThrow(/pass `reentrant: false`/)
    const llamaFactory = { preset: 'llama-factory', recompute: 'selective' } as const
    expect(estimateMemory(tiny, llamaFactory).tensorBytes).toBeGreaterThan(0)
  })

  it('takes a batch of a thousand million, and answers a number', () => {
    expect(estimateMemory(tiny, { batchSize: 1e9, sequenceLength: 10 }).tensorBytes).toBeGreaterThan(1e12)
  })

  it.each(['phi3small', 'xverse'])(
    'refuses %s, which has no forward-pass model, and says why and what to do',
    (family) => {
      const error = catchError(() => estimateMemory(architectureFromConfig({ model_type: family })))
      expect(error).toBeInstanceOf(ForwardPassError)
      expect((error as ForwardPassError).message).toMatch(/only its authors have the code.*measure a step with torch/)
      expect((error as ForwardPassError).parts.parameters).toBeGreaterThan(0)
    },
  )

  it('says what is missing for a model without a forward pass, and still gives its static memory', () => {
    const model = architectureFromConfig({ model_type: 'phi3small' })
    const error = catchError(() => estimateMemory(model))
    expect(error).toBeInstanceOf(ForwardPassError)
    expect(error).toMatchObject({ family: 'phi3small', message: expect.stringContaining('phi3small') })
    const { parameters, gradients, optimizerStates } = (error as ForwardPassError).parts
    expect([parameters, gradients, optimizerStates]).toEqual([1, 1, 2].map((n) => n * 2 * totalParameters(model)))
  })
})

describe('estimateMemory of one rank among several', () => {
  it.each(memoryRecords('sharded.jsonl.gz').map((record) => [record.id, record] as const))(
    'agrees with torch on %s to a thousandth of a percent',
    (_, { config, options, truth }) => {
      const { tensorBytes } = estimateMemory(architectureFromConfig(config), options)
      expect(Math.abs(tensorBytes - truth.peak.total)).toBeLessThanOrEqual(truth.peak.total * 1e-5)
    },
  )

  it('never needs more on more ranks', () => {
    const bytes = (world: number) => estimateMemory(tiny, { sequenceLength: 64, world }).parts.optimizerStates
    expect(bytes(8)).toBeLessThan(bytes(4))
    expect(bytes(4)).toBeLessThan(bytes(2))
  })
})

function catchError(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  return undefined
}
