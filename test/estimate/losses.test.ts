import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory, type MemoryOptions } from '../../src/estimate/index.js'

describe('adapters of a head that is one with its loss', () => {
  const model = architectureFromConfig({
    model_type: 'llama',
    num_hidden_layers: 2,
    hidden_size: 256,
    vocab_size: 2000,
  })
  const options = (targetModules: readonly string[], more: MemoryOptions): MemoryOptions => ({
    lora: { rank: 4, targetModules: [...targetModules] },
    sequenceLength: 64,
    ...more,
  })

  it.each([
    ['dpo', { finetuningType: 'dpo' }],
    ['the loss log-probs', { method: 'lora', loss: 'log-probs' }],
    ['the loss fused-linear', { method: 'lora', loss: 'fused-linear' }],
  ] as const)('change nothing with %s, which is said', (_, more) => {
    const both = estimateMemory(model, options(['q_proj', 'lm_head'], more))
    const one = estimateMemory(model, options(['q_proj'], more))
    expect(both.assumptions).toContainEqual(expect.stringContaining('adapters of lm_head change nothing and get no'))
    expect(both.parts.optimizerStates).toBe(one.parts.optimizerStates)
    expect(both.parts.parameters).toBe(one.parts.parameters + 4 * 4 * (256 + 2000))
    expect(one.assumptions.join()).not.toContain('change nothing')
  })

  it('are refused where there are no others', () => {
    const alone = options(['lm_head'], { finetuningType: 'dpo' })
    expect(() => estimateMemory(model, alone)).toThrow(
      "`lora`: nothing is trained, as head and loss are one, which leaves adapters of lm_head out; name other layers in `targetModules`, or pass `loss: 'logits'`",
    )
  })

  it('count with the loss logits', () => {
    const more = { finetuningType: 'dpo', loss: 'logits' } as const
    const both = estimateMemory(model, options(['q_proj', 'lm_head'], more))
    const one = estimateMemory(model, options(['q_proj'], more))
    expect(both.parts.optimizerStates).toBeGreaterThan(one.parts.optimizerStates)
  })
})

it("torchtitan's chunks need a length that they divide", () => {
  const model = architectureFromConfig({ model_type: 'llama', num_hidden_layers: 2 })
  const of = (sequenceLength: number) => estimateMemory(model, { loss: 'chunked-linear', sequenceLength })
  expect(() => of(100)).toThrow('the loss chunked-linear needs a multiple of 8')
  expect(of(104).tensorBytes).toBeGreaterThan(0)
})
