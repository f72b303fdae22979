import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory } from '../../src/estimate/index.js'
import { memoryRecords } from './memory-records.js'

/** Runs of torch with each option of training, recorded with `oracle.py`, `qlora.py`, `balanced.py` and `whole.py` of `test/oracle/memory`. */
const RECORDS = [
  'options.jsonl.gz',
  'qlora-options.jsonl.gz',
  'reentrant.jsonl.gz',
  'eager-autocast.jsonl.gz',
  'parameter-order.jsonl.gz',
]
  .flatMap((file) => memoryRecords(file))
  .map((record) => [record.id, record] as const)

describe('estimateMemory agrees with torch to a thousandth of a percent', () => {
  it.each(RECORDS)('on the peak of %s', (_, { config, options, truth }) => {
    const { tensorBytes, parts } = estimateMemory(architectureFromConfig(config), options)
    const { total, parameters, optimizerStates } = truth.peak
    expect(Math.abs(tensorBytes - total)).toBeLessThanOrEqual(total * 1e-5)
    // Biases that bitsandbytes casts in the first step are no longer where the recording looks for parameters.
    if (!options.prepareForKbitTraining) expect(parts.parameters).toBe(parameters)
    expect(parts.optimizerStates).toBe(optimizerStates)
  })
})

describe('estimateMemory refuses a reentrant checkpoint', () => {
  const options = { method: 'full', gradientCheckpointing: true, reentrant: true } as const

  it('whose layers get their input by keyword, where it has no gradient', () => {
    const model = architectureFromConfig({ model_type: 'layoutlm', architectures: ['LayoutLMForMaskedLM'] })
    expect(() => estimateMemory(model, options)).toThrow(
      /by keyword, where they get no gradients; pass `reentrant: false`/,
    )
  })

  it('whose layers share what the first one makes', () => {
    const model = architectureFromConfig({ model_type: 't5', architectures: ['T5ForConditionalGeneration'] })
    expect(() => estimateMemory(model, options)).toThrow(/share what the first one makes: pass `reentrant: false`/)
  })
})
