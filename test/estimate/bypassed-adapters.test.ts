import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory } from '../../src/estimate/index.js'
import { memoryRecords } from './memory-records.js'

describe('An adapter on a layer that the code does not call', () => {
  const record = memoryRecords('parameter-order.jsonl.gz').find(({ id }) => id === 'mobilebert-adapted-prediction-all')

  it('is said to change nothing', () => {
    const model = architectureFromConfig({ ...record?.config })
    const { assumptions } = estimateMemory(model, { ...record?.options, method: 'lora' })
    expect(assumptions).toContain(
      'adapters of predictions.dense change nothing and get no gradients: the code multiplies by the weights below them',
    )
  })

  it('is refused where it is the only one', () => {
    const model = architectureFromConfig({ model_type: 'longcat_flash', num_layers: 2 })
    expect(() => estimateMemory(model, { method: 'lora', lora: { rank: 8, targetModules: ['classifier'] } })).toThrow(
      /nothing is trained, as the code leaves adapters of router\.classifier out/,
    )
  })
})
