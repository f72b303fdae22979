import { expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory } from '../../src/estimate/index.js'

const SIZES = {
  vocab_size: 500,
  vocab_size_per_layer_input: 500,
  hidden_size: 64,
  intermediate_size: 96,
  num_hidden_layers: 6,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 16,
  hidden_size_per_layer_input: 8,
  num_kv_shared_layers: 2,
  layer_types: [
    'sliding_attention',
    'full_attention',
    'full_attention',
    'sliding_attention',
    'full_attention',
    'full_attention',
  ],
}
const GEMMA_4 = architectureFromConfig({ model_type: 'gemma4_text', ...SIZES })

it('Reentrant checkpointing is refused where layers share keys and values, with a way out', () => {
  expect(() => estimateMemory(GEMMA_4, { recompute: 'layers', reentrant: true })).toThrow('pass `reentrant: false`')
  expect(estimateMemory(GEMMA_4, { recompute: 'layers', reentrant: false }).tensorBytes).toBeGreaterThan(0)
})

it('Layers that share keys and values that no layer keeps are refused', () => {
  const none = architectureFromConfig({ model_type: 'gemma4_text', ...SIZES, num_kv_shared_layers: 6 })
  expect(() => estimateMemory(none)).toThrow('no layer before has kept')
})

it('Gemma 3n with its encoders needs more than its language model', () => {
  const text = { model_type: 'gemma3n_text', ...SIZES, intermediate_size: 96, num_kv_shared_layers: 2 }
  const whole = architectureFromConfig({ model_type: 'gemma3n', text_config: text })
  const bytes = estimateMemory(architectureFromConfig(text)).tensorBytes
  expect(estimateMemory(whole).tensorBytes).toBeGreaterThan(bytes)
})
