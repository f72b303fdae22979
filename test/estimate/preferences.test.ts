import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory, type MemoryOptions } from '../../src/estimate/index.js'

const CONFIG = {
  model_type: 'llama',
  hidden_size: 256,
  intermediate_size: 512,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: 2048,
}
const model = architectureFromConfig(CONFIG)
const bytesOf = (options: MemoryOptions) =>
  estimateMemory(model, { batchSize: 2, sequenceLength: 128, ...options }).tensorBytes

describe('completions', () => {
  it('are all tokens unless targetLength says otherwise, and need less the shorter they are', () => {
    fc.assert(
      fc.property(fc.constantFrom('dpo', 'ipo', 'cdpo', 'kto'), fc.integer({ min: 1, max: 126 }), (type, length) => {
        const [shorter, longer] = [length, length + 1].map((targetLength) =>
          bytesOf({ finetuningType: type, targetLength, recompute: 'none' }),
        )
        expect(shorter).toBeLessThanOrEqual(longer as number)
        expect(longer).toBeLessThanOrEqual(bytesOf({ finetuningType: type, recompute: 'none' }))
      }),
    )
  })

  it('are generated for all micro-batches before the first one', () => {
    const options = { finetuningType: 'grpo', targetLength: 32, lora: { rank: 4 } } as const
    const [one, sixteen, more] = [1, 16, 32].map((gradientAccumulation) =>
      bytesOf({ ...options, gradientAccumulation }),
    )
    // The prompts of 32 sequences, and of 64.
    expect(sixteen).toBeGreaterThan(one as number)
    expect(more).toBeGreaterThan(1.5 * (sixteen as number))
  })

  it.each([
    [{ method: 'full', targetLength: 8 }, 'no completions are learned from'],
    [{ finetuningType: 'orpo', targetLength: 8 }, 'the loss of orpo is computed on the logits of all tokens'],
    [{ finetuningType: 'dpo', targetLength: 128 }, 'give at most 127'],
  ] as const)('are refused for %j', (options, message) => {
    expect(() => bytesOf(options)).toThrow(message)
  })
})

describe('referenceModel', () => {
  it.each(['dpo', 'kto', 'grpo'] as const)('leaves out the frozen copy of %s', (finetuningType) => {
    const parts = (referenceModel: boolean) =>
      estimateMemory(model, { finetuningType, referenceModel, sequenceLength: 128 }).parts.parameters
    expect(parts(true)).toBe(2 * parts(false))
  })

  it('leaves out the pass with adapters off', () => {
    const lora = { rank: 4 }
    const kept = { finetuningType: 'dpo', lora, recompute: 'none' } as const
    expect(bytesOf({ ...kept, referenceModel: false })).toBeLessThanOrEqual(bytesOf(kept))
  })

  it.each([
    [{ finetuningType: 'orpo', referenceModel: false }, 'orpo, which asks no reference'],
    [{ method: 'full', referenceModel: true }, '`referenceModel` belongs to a fine-tuning type'],
  ] as const)('is refused for %j', (options, message) => {
    expect(() => bytesOf(options)).toThrow(message)
  })
})

it('estimates every method that learns from preferences, under every preset that can run it', () => {
  const types = ['dpo', 'cdpo', 'ipo', 'kto', 'grpo', 'ppo', 'orpo', 'rrhf'] as const
  const presets = [undefined, 'trl', 'transformers', 'axolotl', 'llama-factory'] as const
  for (const finetuningType of types)
    for (const preset of presets)
      for (const lora of [undefined, { rank: 4 }])
        for (const gradientAccumulation of [1, 2])
          expect(
            bytesOf({ finetuningType, gradientAccumulation, ...(preset && { preset }), ...(lora && { lora }) }),
          ).toBeGreaterThan(0)
})

it('leaves the loss of a reward model as it is under a preset', () => {
  const reward = architectureFromConfig({
    ...CONFIG,
    architectures: ['LlamaForSequenceClassification'],
    num_labels: 1,
  })
  const { assumptions } = estimateMemory(reward, { preset: 'trl', sequenceLength: 128 })
  expect(assumptions.filter((one) => one.startsWith('preset trl: loss'))).toEqual([])
  expect(() => estimateMemory(reward, { loss: 'log-probs', sequenceLength: 128 })).toThrow('no other kind than logits')
})
