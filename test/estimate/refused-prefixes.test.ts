import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory } from '../../src/estimate/index.js'

const estimated = (model_type: string, finetuningType: 'prefix_tuning' | 'p_tuning_v2' | 'prompt_tuning', more = {}) =>
  estimateMemory(architectureFromConfig({ model_type, num_hidden_layers: 2, vocab_size: 512, ...more }), {
    finetuningType,
    numVirtualTokens: 8,
    sequenceLength: 64,
  }).totalBytes

/** All of these stop with PEFT 0.21.2 and transformers 4.57.6. */
describe('Prefixes', () => {
  it.each(['bamba', 'falcon_h1', 'granitemoehybrid', 'lfm2'])(
    'are refused where layers are no attention: %s',
    (type) => {
      const kinds = type === 'granitemoehybrid' ? { layer_types: ['mamba', 'attention'] } : {}
      expect(() => estimated(type, 'prefix_tuning', kinds)).toThrow('stops at layers that are no attention')
      expect(estimated(type, 'prompt_tuning', kinds)).toBeGreaterThan(0)
    },
  )

  it.each(['deepseek_v2', 'deepseek_v3'])('are refused with latent attention: %s', (type) => {
    expect(() => estimated(type, 'p_tuning_v2')).toThrow('stops at latent attention')
    expect(estimated(type, 'prompt_tuning')).toBeGreaterThan(0)
  })

  // With transformers 5.24.
  it.each([
    ['minimax_m3_vl_text', { layer_types: ['full_attention', 'minimax_m3_sparse'] }, 'at the indexer of'],
    ['mimo_v2_flash', { layer_types: ['full_attention', 'sliding_attention'] }, 'not as wide as the prefixes'],
  ])('are refused where a layer of %s needs another cache', (type, layers, why) => {
    expect(() => estimated(type, 'prefix_tuning', layers)).toThrow(why)
    expect(estimated(type, 'prompt_tuning', layers)).toBeGreaterThan(0)
  })

  it('are refused where the replay of a layer does not read them', () => {
    expect(() => estimated('gemma4_text', 'prefix_tuning', { hidden_size_per_layer_input: 0 })).toThrow(
      'no model for prefixes in layers 0, 1',
    )
    expect(() => estimated('doge', 'prefix_tuning')).toThrow(/prefixes/)
  })

  it('are refused where the config class does not say how many heads of keys there are', () => {
    expect(() => estimated('falcon', 'prefix_tuning')).toThrow(
      'PEFT takes the size of prefixes from num_key_value_heads',
    )
  })

  it.each(['llama', 'gpt2', 'bloom', 'mixtral', 'gpt_bigcode'])('are estimated where PEFT runs: %s', (type) => {
    expect(estimated(type, 'prefix_tuning')).toBeGreaterThan(0)
  })
})
