import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory } from '../../src/estimate/index.js'
import { memoryRecords } from './memory-records.js'

/** Runs of torch with each option of training, recorded with `oracle.py` and `qlora.py` of `test/oracle/memory`. */
const RECORDS = ['options.jsonl.gz', 'qlora-options.jsonl.gz']
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
