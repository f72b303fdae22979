import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { readRecords } from './records.js'

describe('A size under a name that the family does not read', () => {
  it.each([
    [{ model_type: 'gpt2', num_layers: 3 }, 'num_layers', 'n_layer'],
    [{ model_type: 'llama', n_layer: 3 }, 'n_layer', 'num_hidden_layers'],
    [{ model_type: 'llama', num_hidden_layers: null, n_layer: 3 }, 'n_layer', 'num_hidden_layers'],
    [{ model_type: 'qwen2', ffn_dim: 64 }, 'ffn_dim', 'intermediate_size'],
    [{ model_type: 't5', n_embd: 64 }, 'n_embd', 'd_model'],
    [{ model_type: 'dbrx', num_layers: 3 }, 'num_layers', 'num_hidden_layers or n_layers'],
    [{ model_type: 'gemma3', text_config: { n_embd: 64 } }, 'n_embd', 'hidden_size'],
  ])('is reported: %j', (config, stated, read) => {
    expect(architectureFromConfig(config).notes).toContain(
      `${stated} is ignored: this family reads ${read}, which is absent, so the class default is used.`,
    )
  })

  it.each([
    { model_type: 'gpt2', n_layer: 3, num_layers: 3 },
    { model_type: 'gpt2', num_hidden_layers: 3 },
    { model_type: 'mamba', num_heads: 4 },
    { model_type: 'bloom', n_inner: 64 },
  ])('is no news where the size is stated, or no size of the family: %j', (config) => {
    expect(architectureFromConfig(config).notes).toEqual([])
  })

  it('stands in no published config', () => {
    for (const { name, config } of readRecords('public.jsonl.gz')) {
      expect(architectureFromConfig(config).notes.join(), name).not.toContain('is not read')
    }
  })
})

describe('A number that no JSON has', () => {
  it.each([Number.POSITIVE_INFINITY, Number.NaN])('is passed over where nothing depends on it: %s', (value) => {
    const config = { model_type: 'mamba2', num_hidden_layers: 1, time_step_limit: [0, value], rope_theta: value }
    expect(architectureFromConfig(config).notes).toEqual([])
  })

  it.each([Number.POSITIVE_INFINITY, Number.NaN])('is named where it is a size: %s', (value) => {
    expect(() => architectureFromConfig({ model_type: 'llama', hidden_size: value })).toThrow(
      `hidden_size is ${value}; expected an integer of 0 or more`,
    )
  })
})
