import { describe, expect, it } from 'vitest'
import { FAMILIES } from '../../src/architecture/families/index.js'
import { architectureFromConfig, CheckpointError } from '../../src/architecture/index.js'
import { estimateMemory, ForwardPassError, isForwardPassDescribed } from '../../src/estimate/index.js'

const TYPES = FAMILIES.flatMap(({ modelTypes }) => modelTypes)

describe('isForwardPassDescribed', () => {
  it('is true for every family whose usual class can be estimated, language models of multimodal ones too', () => {
    const estimated = TYPES.filter(isEstimated)
    expect(estimated).toEqual(expect.arrayContaining(['llama', 'llava', 'glm4v', 'whisper']))
    expect(estimated.filter((type) => !isForwardPassDescribed(type))).toEqual([])
  })

  it('is false for names of no family, and for the families that docs/estimated-families.md names', () => {
    expect(isForwardPassDescribed('lama')).toBe(false)
    expect(['rwkv7', 'rwkv5', 'rwkv6'].filter(isForwardPassDescribed)).toEqual([])
  })
})

/** Whether a prefill of the class that a family has by default can be estimated. */
function isEstimated(type: string): boolean {
  try {
    estimateMemory(architectureFromConfig({ model_type: type }), { method: 'inference', sequenceLength: 16 })
    return true
  } catch (error) {
    if (error instanceof ForwardPassError || error instanceof CheckpointError || error instanceof RangeError)
      return false
    if (error instanceof TypeError) return false
    throw error
  }
}
