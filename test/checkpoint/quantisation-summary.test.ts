import { describe, expect, it } from 'vitest'
import type { LogicalParameter, LogicalParameters } from '../../src/checkpoint/logical-parameters.js'
import type { Quantisation } from '../../src/checkpoint/quantisation/quantisation.js'
import { quantisationSummary } from '../../src/checkpoint/quantisation/quantisation-summary.js'

function storageOf(
  ...rows: (readonly [scheme: LogicalParameter['scheme'], bits: number, size: number])[]
): LogicalParameters {
  const parameters = rows.map(([scheme, bits, size], index): LogicalParameter => {
    const parameter = { name: `w${index}`, shape: [size, 2], dtype: 'U8' as const, storedBytes: 0, bits }
    return scheme === undefined ? parameter : { ...parameter, scheme }
  })
  return { parameters, others: [], unknown: [], storedElements: new Map() }
}

const GPTQ: Quantisation = {
  method: 'gptq',
  format: { bits: 3, precision: 'int4' },
  exceptions: [],
  notes: [],
}

describe('how most weights are stored, in short', () => {
  it('is what most quantised parameters of the headers have, and how many they are', () => {
    const storage = storageOf(['gptq', 4, 10], ['gptq', 8, 8], [undefined, 16, 1000], ['gptq', 8, 3])
    expect(quantisationSummary(storage, undefined)).toStrictEqual({ method: 'gptq', bits: 8, parameters: 22 })
  })

  it('has the name of the method that the config states', () => {
    expect(quantisationSummary(storageOf(['compressed-tensors', 4, 10]), GPTQ)).toStrictEqual({
      ...{ method: 'gptq', bits: 4, parameters: 20 },
    })
  })

  it('is what the config states where the headers have none', () => {
    const stated = { method: 'gptq', bits: 3 }
    expect(quantisationSummary(undefined, GPTQ)).toStrictEqual(stated)
    expect(quantisationSummary(storageOf([undefined, 16, 5]), GPTQ)).toStrictEqual(stated)
    const { format: _, ...mixed } = GPTQ
    const exceptions = [
      { isMeant: () => true, format: { bits: 5, precision: 'int8' as const } },
      { isMeant: () => true, format: { bits: 6, precision: 'int8' as const } },
    ]
    expect(quantisationSummary(undefined, { ...mixed, exceptions })).toStrictEqual({ method: 'gptq', bits: 5 })
    expect(quantisationSummary(undefined, mixed)).toStrictEqual({ method: 'gptq' })
  })

  it('does not exist for a model in full precision', () => {
    expect(quantisationSummary(undefined, undefined)).toBeUndefined()
    expect(quantisationSummary(storageOf([undefined, 16, 5]), undefined)).toBeUndefined()
  })
})
