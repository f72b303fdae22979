import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory, ForwardPassError, type MemoryOptions } from '../../src/estimate/index.js'

/** Estimates a class of GTE. */
function gte(suffix: string, options: MemoryOptions, more: object = {}) {
  const sizes = {
    hidden_size: 64,
    intermediate_size: 160,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    vocab_size: 512,
  }
  const model = architectureFromConfig({ model_type: 'new', architectures: [`New${suffix}`], ...sizes, ...more })
  return estimateMemory(model, { sequenceLength: 64, ...options })
}

const LORA = { method: 'lora', lora: { rank: 8, targetModules: 'all-linear' } } as const

describe("GTE in its authors' class", () => {
  it.each([
    [{ use_memory_efficient_attention: true }, 'no model of xformers'],
    [{ unpad_inputs: true }, 'set both to false'],
    [{ logn_attention_scale: true }, 'set it to false'],
  ])('is refused with %o, with a way out', (config, message) => {
    expect(() => gte('ForSequenceClassification', {}, config)).toThrow(ForwardPassError)
    expect(() => gte('ForSequenceClassification', {}, config)).toThrow(message)
  })

  it('predicts masked words in inference alone, as its training looks at labels', () => {
    expect(gte('ForMaskedLM', { method: 'inference' }).tensorBytes).toBeGreaterThan(0)
    expect(() => gte('ForMaskedLM', {})).toThrow('estimate another class')
  })

  it('cannot give the input embeddings gradients where they are frozen, as it adds to them in place', () => {
    const asked = { ...LORA, inputGradients: true }
    expect(() => gte('ForTokenClassification', asked)).toThrow('torch refuses with `inputGradients`')
    expect(gte('ForTokenClassification', asked, { type_vocab_size: 0 }).tensorBytes).toBeGreaterThan(
      gte('ForTokenClassification', LORA, { type_vocab_size: 0 }).tensorBytes,
    )
    expect(gte('ForTokenClassification', { inputGradients: true }).tensorBytes).toBeGreaterThan(0)
  })
})
