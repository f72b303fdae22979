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
const MAMBA = { model_type: 'mamba', hidden_size: 256, num_hidden_layers: 4, vocab_size: 500 }
const BOTH = ['mamba_ssm', 'causal_conv1d'] as const
const LLAMA = { ...SIZES, model_type: 'llama', intermediate_size: 512 }

const estimate = (config: Readonly<Record<string, unknown>>, options: MemoryOptions) =>
  estimateMemory(architectureFromConfig(config), { method: 'full', sequenceLength: 512, ...options })

describe('The packages of kernels that are installed', () => {
  it.each([
    ['Bamba', BAMBA, ['mamba_ssm', 'causal_conv1d']],
    ['Qwen3-Next', QWEN3_NEXT, ['fla']],
    ['Qwen3-Next', QWEN3_NEXT, ['causal_conv1d']],
    ['LFM2', LFM2, ['causal_conv1d']],
    ['Mamba', MAMBA, ['mamba_ssm', 'causal_conv1d']],
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

  it('are refused one by one where transformers needs both', () => {
    for (const [given, other] of [
      ['mamba_ssm', 'causal_conv1d'],
      ['causal_conv1d', 'mamba_ssm'],
    ] as const)
      expect(() => estimate(BAMBA, { kernelPackages: [given] })).toThrow(
        `transformers uses ${given} for bamba only together with ${other}`,
      )
  })

  it.each([
    ['Bamba', BAMBA, ['in_proj', 'out_proj'], 'adapters of mamba.out_proj change nothing and get no gradients'],
    ['Mamba', MAMBA, ['in_proj', 'x_proj', 'dt_proj'], 'adapters of mixer.x_proj and mixer.dt_proj change nothing'],
  ] as const)('leave out adapters of layers that %s does not run, and say so', (_, config, targetModules, sentence) => {
    const options = { method: 'lora', lora: { rank: 8, targetModules }, kernelPackages: BOTH } as const
    expect(estimate(config, options).assumptions.join('\n')).toContain(sentence)
    const withoutKernels = estimate(config, { ...options, kernelPackages: [] })
    expect(withoutKernels.assumptions.join('\n')).not.toContain('change nothing')
  })

  it('are refused where they leave all adapters out', () => {
    const lora = { rank: 8, targetModules: ['out_proj'] }
    expect(() => estimate(BAMBA, { method: 'lora', lora, kernelPackages: BOTH })).toThrow(
      'nothing is trained, as the kernels of mamba_ssm leave adapters of mamba.out_proj out',
    )
  })

  it('are refused with packed weights of a layer that a kernel multiplies by itself', () => {
    const lora = { rank: 8, targetModules: ['in_proj'] }
    expect(() => estimate(BAMBA, { method: 'qlora', lora, kernelPackages: BOTH })).toThrow(
      'mamba.out_proj in packed weights under the kernels of mamba_ssm',
    )
    expect(() => estimate(MAMBA, { method: 'qlora', lora, kernelPackages: BOTH })).toThrow(
      'mixer.x_proj in packed weights under the kernels of mamba_ssm',
    )
  })

  it('are refused for Mamba with a bias of projections, which their backward pass cannot do', () => {
    const config = { ...MAMBA, use_bias: true }
    expect(() => estimate(config, { kernelPackages: BOTH })).toThrow('with use_bias under the kernels of mamba_ssm')
    expect(estimate(config, { method: 'inference', kernelPackages: BOTH }).tensorBytes).toBeGreaterThan(0)
  })

  it('are refused for Jamba if its config turns them off', () => {
    const config = { ...SIZES, model_type: 'jamba', intermediate_size: 512, num_hidden_layers: 8, num_experts: 1 }
    expect(estimate(config, { kernelPackages: BOTH }).tensorBytes).toBeGreaterThan(0)
    expect(() => estimate({ ...config, use_mamba_kernels: false }, { kernelPackages: BOTH })).toThrow(
      'the estimate of jamba has no kernels of mamba_ssm',
    )
  })

  it('are derived from code where no GPU has run them', () => {
    const sure = (config: Readonly<Record<string, unknown>>, kernelPackages: MemoryOptions['kernelPackages'] = BOTH) =>
      estimate(config, { kernelPackages }).confidence.activations
    expect([sure(BAMBA), sure(QWEN3_NEXT, ['fla']), sure(MAMBA, [])]).toEqual(['replayed', 'replayed', 'replayed'])
    expect(sure(MAMBA)).toBe('derived')
    expect(sure({ model_type: 'zamba2', num_hidden_layers: 6 })).toBe('derived')
  })
})
