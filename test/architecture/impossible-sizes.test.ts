import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'

describe('Sizes that do not fit together are said in a note', () => {
  it.each([
    [{ model_type: 'gpt2', n_embd: 768, n_head: 25 }, /^A hidden size of 768 is no multiple of 25 heads/],
    [{ model_type: 'llama', num_attention_heads: 24 }, /^A hidden size of 4096 is no multiple of 24 heads/],
    [{ model_type: 'llama', num_key_value_heads: 5 }, /^32 heads are no multiple of 5 heads of keys and values/],
    [{ model_type: 'mixtral', num_experts_per_tok: 9 }, /^A token cannot be sent to 9 of 8 experts/],
  ])('%j', (config, note) => {
    expect(architectureFromConfig({ num_hidden_layers: 1, ...config }).notes).toEqual([expect.stringMatching(note)])
  })

  it('once for a whole and its language model', () => {
    const config = { model_type: 'llava', text_config: { model_type: 'llama', num_attention_heads: 24 } }
    expect(architectureFromConfig(config).notes).toHaveLength(1)
  })

  it.each([
    { model_type: 'llama' },
    { model_type: 'llama', num_attention_heads: 24, head_dim: 128 },
    { model_type: 'mamba' },
    { model_type: 'rwkv' },
    { model_type: 'falcon', multi_query: true },
  ])('but not those that do: %j', (config) => {
    expect(architectureFromConfig(config).notes).toEqual([])
  })
})

describe('A window that the config states', () => {
  it.each([
    [
      { model_type: 'minimax', num_hidden_layers: 4, sliding_window: 64 },
      { windowTokens: 64, windowLayers: [0, 2] },
    ],
    [
      { model_type: 'gemma3n_text', num_hidden_layers: 5 },
      { windowTokens: 512, windowLayers: [0, 1, 2, 3] },
    ],
    [
      { model_type: 'exaone_moe', num_hidden_layers: 4 },
      { windowTokens: 4096, windowLayers: [0, 1, 2] },
    ],
    [{ model_type: 'phi4_multimodal', sliding_window: 64 }, { windowTokens: 64 }],
    [{ model_type: 'qwen2', sliding_window: 64 }, {}],
  ])('is that of its layers: %j', (config, window) => {
    const { windowTokens, windowLayers } = architectureFromConfig(config).dimensions
    expect({ windowTokens, windowLayers }).toEqual({ windowTokens: undefined, windowLayers: undefined, ...window })
  })
})
