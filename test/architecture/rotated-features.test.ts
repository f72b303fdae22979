import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'

const NESTED = { rope_parameters: { rope_theta: 10_000, rope_type: 'default', partial_rotary_factor: 0.125 } }
const NEOX = { hidden_size: 256, num_attention_heads: 2 }
const MINIMAX = { head_dim: 128 }

/** How many features of a head of 128 the classes of transformers 5.24.0 rotate: twice the length of `inv_freq`. */
const ROTATED: readonly (readonly [string, Readonly<Record<string, unknown>>, number])[] = [
  ['gpt_neox', NEOX, 32],
  ['gpt_neox', { ...NEOX, rotary_pct: 0.5 }, 64],
  ['gpt_neox', { ...NEOX, partial_rotary_factor: 0.75 }, 32],
  ['gpt_neox', { ...NEOX, rotary_dim: 16 }, 32],
  ['gpt_neox', { ...NEOX, ...NESTED, rotary_pct: 0.5 }, 16],
  ['gpt_neox_japanese', NEOX, 128],
  ['gpt_neox_japanese', { ...NEOX, rotary_pct: 0.5 }, 64],
  ['gpt_neox_japanese', { ...NEOX, partial_rotary_factor: 0.75 }, 128],
  ['gpt_neox_japanese', { ...NEOX, rotary_dim: 16 }, 128],
  ['gpt_neox_japanese', { ...NEOX, ...NESTED, rotary_pct: 0.5 }, 16],
  ['minimax_m2', MINIMAX, 128],
  ['minimax_m2', { ...MINIMAX, rotary_dim: 32 }, 32],
  ['minimax_m2', { ...MINIMAX, rotary_dim: 32, partial_rotary_factor: 0.75 }, 96],
  ['minimax_m2', { ...MINIMAX, ...NESTED, rotary_dim: 32 }, 16],
  ['minimax_m3_vl_text', { ...MINIMAX, rotary_dim: 32 }, 128],
  ['minimax_m3_vl_text', { ...MINIMAX, partial_rotary_factor: 0.25 }, 32],
  ['minimax_m3_vl_text', { ...MINIMAX, ...NESTED, rotary_dim: 32 }, 16],
]

describe('The rotated features of a head', () => {
  it.each(ROTATED)('are those that the class of %s reads in %o: %i', (model_type, fields, features) => {
    expect(architectureFromConfig({ model_type, ...fields }).forward?.rotation?.features).toBe(features)
  })
})
