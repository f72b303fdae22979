import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory, ForwardPassError } from '../../src/estimate/index.js'

const SIZES = { hidden_size: 64, num_hidden_layers: 2, vocab_size: 500 }
const BAMBA = {
  ...SIZES,
  model_type: 'bamba',
  intermediate_size: 128,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  mamba_n_heads: 8,
  mamba_d_state: 16,
  mamba_n_groups: 1,
}
const MAMBA = { ...SIZES, model_type: 'mamba', state_size: 16 }
const MINIMAX = {
  ...SIZES,
  model_type: 'minimax',
  intermediate_size: 96,
  num_attention_heads: 4,
  num_key_value_heads: 2,
}
const estimate = (config: Readonly<Record<string, unknown>>) =>
  estimateMemory(architectureFromConfig(config), { method: 'full', sequenceLength: 64 })

describe('An estimate of a state space', () => {
  it('says that it is for the code without kernels', () => {
    for (const config of [BAMBA, MAMBA])
      expect(estimate(config).assumptions.join(' ')).toContain('if mamba_ssm and causal_conv1d are not installed')
  })

  it.each([
    [{ ...BAMBA, z_loss_coefficient: 1e-4 }, 'z_loss_coefficient'],
    [{ ...MAMBA, use_mambapy: true }, 'use_mambapy'],
    [{ ...MAMBA, hidden_act: 'relu' }, 'relu'],
    [{ ...MINIMAX, router_jitter_noise: 0.1 }, 'router_jitter_noise'],
  ])('refuses what its code would compute otherwise, and names it: %j', (config, name) => {
    expect(() => estimate(config)).toThrow(ForwardPassError)
    expect(() => estimate(config)).toThrow(name)
  })

  it('is derived on several ranks, where no state space was recorded', () => {
    // torch stops at the decays of Mamba, which are in float32, without it.
    const sharding = { strategy: 'fsdp2', ranks: 4, parameterDtype: 'float32' } as const
    for (const config of [BAMBA, MAMBA]) {
      const { confidence } = estimateMemory(architectureFromConfig(config), { sharding, sequenceLength: 64 })
      expect(confidence).toMatchObject({ parameters: 'derived', optimizerStates: 'derived', activations: 'derived' })
    }
  })

  it('replays few of many tokens, and grows with each by the same bytes', () => {
    const bytes = (sequenceLength: number) =>
      estimateMemory(architectureFromConfig(MAMBA), { method: 'full', sequenceLength }).tensorBytes
    expect(bytes(3000) - bytes(2000)).toBe(bytes(2000) - bytes(1000))
  })
})
