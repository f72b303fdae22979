import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory, ForwardPassError, type MemoryOptions } from '../../src/estimate/index.js'

const SIZES = {
  vocab_size: 1000,
  hidden_size: 96,
  num_hidden_layers: 2,
  num_attention_heads: 6,
  intermediate_size: 200,
}
const bert = (className: string) => architectureFromConfig({ ...SIZES, model_type: 'bert', architectures: [className] })
const t5 = architectureFromConfig({
  model_type: 't5',
  vocab_size: 1000,
  d_model: 96,
  d_kv: 16,
  num_layers: 2,
  num_heads: 6,
})
const llama = architectureFromConfig({ ...SIZES, model_type: 'llama' })
const bart = architectureFromConfig({
  model_type: 'bart',
  architectures: ['BartForConditionalGeneration'],
  vocab_size: 1000,
  d_model: 96,
  encoder_layers: 2,
  decoder_layers: 2,
})
const total = (model: typeof llama, options: MemoryOptions) => estimateMemory(model, options).tensorBytes

describe('A model that is written as a program', () => {
  it('is refused for training without a loss, and for layers that it cannot recompute', () => {
    expect(() => estimateMemory(bert('BertModel'))).toThrow('BertModel computes no loss')
    expect(() => estimateMemory(t5)).toThrow(/recomputation of the bias of positions.*pass `recompute: 'none'`/)
    expect(total(t5, { recompute: 'none' })).toBeGreaterThan(0)
  })

  it.each([
    [{ loss: 'fused' }, 'has no other kind than logits'],
    [{ kernels: 'liger' }, 'use those of torch'],
  ] as const)('is refused for %o', (options, message) => {
    expect(() => estimateMemory(bert('BertForMaskedLM'), options)).toThrow(ForwardPassError)
    expect(() => estimateMemory(bert('BertForMaskedLM'), options)).toThrow(message)
  })

  it('cannot be divided by layers or heads, but by data', () => {
    const model = bert('BertForMaskedLM')
    expect(() => estimateMemory(model, { layout: { tensor: 2 } })).toThrow('use `sharding`')
    expect(total(model, { world: 4 })).toBeLessThan(total(model, {}))
  })

  it('is replayed on one rank, and derived or assumed on several, where nothing was recorded', () => {
    const model = bert('BertForMaskedLM')
    const confidence = (options: MemoryOptions) => estimateMemory(model, options).confidence
    expect(confidence({})).toMatchObject({ parameters: 'replayed', activations: 'replayed' })
    for (const strategy of ['fsdp2', 'fsdp1', 'hsdp', 'ddp'] as const)
      expect(confidence({ sharding: { strategy, ranks: 4 } })).toMatchObject({
        parameters: 'derived',
        gradients: 'derived',
        activations: 'derived',
        buffers: 'derived',
      })
    expect(confidence({ sharding: { strategy: 'zero-3', ranks: 4 } }).parameters).toBe('assumed')
    expect(estimateMemory(llama, { world: 4 }).confidence.parameters).toBe('replayed')
  })

  it('needs more memory the more tokens it writes', () => {
    const sizes = { recompute: 'none', sequenceLength: 64 } as const
    expect(total(bart, { ...sizes, targetLength: 16 })).toBeLessThan(total(bart, sizes))
    expect(total(bart, { ...sizes, targetLength: 64 })).toBe(total(bart, sizes))
  })
})

it.each([
  [{ targetLength: 8 }, '`targetLength` is 8, but LlamaForCausalLM is not an encoder-decoder'],
  [{ images: 2 }, '`images` is 2, but llama has no forward-pass model for them: leave it out'],
  [{ audioSeconds: 30 }, '`audioSeconds` is 30, but llama has no forward-pass model for them'],
])('An input that a family does not have is refused: %o', (options, message) => {
  expect(() => estimateMemory(llama, options)).toThrow(RangeError)
  expect(() => estimateMemory(llama, options)).toThrow(message)
})
