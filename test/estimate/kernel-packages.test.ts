import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory, type MemoryOptions } from '../../src/estimate/index.js'

const SIZES = {
  hidden_size: 256,
  num_hidden_layers: 4,
  vocab_size: 500,
  num_attention_heads: 4,
  num_key_value_heads: 2,
}
const BAMBA = { ...SIZES, model_type: 'bamba', intermediate_size: 512, mamba_n_heads: 8, mamba_d_state: 64 }
const QWEN3_NEXT = {
  ...SIZES,
  model_type: 'qwen3_next',
  head_dim: 64,
  linear_num_key_heads: 2,
  linear_num_value_heads: 4,
  num_experts: 4,
  num_experts_per_tok: 2,
}
const LFM2 = {
  ...SIZES,
  model_type: 'lfm2',
  intermediate_size: 512,
  layer_types: ['conv', 'full_attention', 'conv', 'conv'],
}
const LLAMA = { ...SIZES, model_type: 'llama', intermediate_size: 512 }

const estimate = (config: Readonly<Record<string, unknown>>, options: MemoryOptions) =>
  estimateMemory(architectureFromConfig(config), { method: 'full', sequenceLength: 512, ...options })

describe('The packages of kernels that are installed', () => {
  it.each([
    ['Bamba', BAMBA, ['mamba_ssm', 'causal_conv1d']],
    ['Qwen3-Next', QWEN3_NEXT, ['fla']],
    ['Qwen3-Next', QWEN3_NEXT, ['causal_conv1d']],
    ['LFM2', LFM2, ['causal_conv1d']],
  ] as const)('save memory of %s, and are named', (_, config, kernelPackages) => {
    for (const recompute of ['none', 'layers'] as const) {
      const [without, given] = [estimate(config, { recompute }), estimate(config, { recompute, kernelPackages })]
      expect(given.tensorBytes).toBeLessThanOrEqual(without.tensorBytes)
      if (config !== LFM2) expect(given.tensorBytes).toBeLessThan(without.tensorBytes)
      expect(given.assumptions.join('\n')).toContain(`with the kernels of ${kernelPackages.join(' and ')}`)
    }
  })

  it('are refused where no layer uses them, with those that the model has', () => {
    expect(() => estimate(LLAMA, { kernelPackages: ['fla'] })).toThrow(
      new TypeError('`kernelPackages`: the estimate of llama has no kernels of fla; leave the option out'),
    )
    expect(() => estimate(LFM2, { kernelPackages: ['fla'] })).toThrow('it has those of causal_conv1d')
    expect(() => estimate(QWEN3_NEXT, { kernelPackages: ['fla', 'mamba_ssm'] })).toThrow(
      'the estimate of qwen3_next has no kernels of mamba_ssm; it has those of fla and causal_conv1d',
    )
  })

  it('are refused in training with a layout, which is estimated without them', () => {
    const options = { kernelPackages: ['fla'], layout: { tensor: 2 } } as const
    expect(() => estimate(QWEN3_NEXT, options)).toThrow('`layout` has no model for `kernelPackages` in training')
    expect(() => estimate(LLAMA, { ...options, method: 'inference' })).toThrow('has no kernels of fla')
  })

  it('are refused for Zamba2, whose training runs the parts of the block one by one', () => {
    const zamba2 = { model_type: 'zamba2', num_hidden_layers: 6 }
    expect(() => estimate(zamba2, { kernelPackages: ['mamba_ssm', 'causal_conv1d'] })).toThrow(
      'the estimate of zamba2 has no kernels of mamba_ssm; leave the option out',
    )
  })

  it('are refused one by one where transformers needs both', () => {
    for (const [given, other] of [
      ['mamba_ssm', 'causal_conv1d'],
      ['causal_conv1d', 'mamba_ssm'],
    ] as const)
      expect(() => estimate(BAMBA, { kernelPackages: [given] })).toThrow(
        `transformers uses ${given} for bamba only together with ${other}`,
      )
  })

  it('are refused with an adapter or packed weights on the layer that the kernel of Mamba-2 runs itself', () => {
    const kernelPackages = ['mamba_ssm', 'causal_conv1d'] as const
    expect(() =>
      estimate(BAMBA, { method: 'lora', lora: { rank: 8, targetModules: ['out_proj'] }, kernelPackages }),
    ).toThrow('mamba.out_proj with an adapter under the kernels of mamba_ssm')
    expect(() =>
      estimate(BAMBA, { method: 'qlora', lora: { rank: 8, targetModules: ['in_proj'] }, kernelPackages }),
    ).toThrow('mamba.out_proj in packed weights under the kernels of mamba_ssm')
  })
})
