import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory, type MemoryOptions, planGpus } from '../../src/estimate/index.js'

const llama = architectureFromConfig({
  model_type: 'llama',
  ...{ hidden_size: 64, intermediate_size: 128, num_hidden_layers: 2, num_attention_heads: 4, vocab_size: 128 },
})

type Sharding = NonNullable<MemoryOptions['sharding']>

const of = (strategy: Sharding['strategy'], more: Partial<Sharding> = {}): MemoryOptions => ({
  sequenceLength: 16,
  sharding: { strategy, ranks: 2, ...more },
})

describe('Weights in int8', () => {
  const packed = { method: 'lora', quantization: 'int8', lora: { rank: 8, targetModules: ['q_proj'] } } as const

  it.each([
    ['fsdp1', 'Cannot flatten integer dtype tensors'],
    ['fsdp2', 'no attribute'],
    ['hsdp', 'no attribute'],
  ] as const)('are refused with %s, which stops at them', (strategy, words) => {
    expect(() => estimateMemory(llama, { ...of(strategy), ...packed })).toThrow(words)
  })

  it('say so in a plan that shares them', () => {
    const sizes = { hidden_size: 8192, intermediate_size: 28672, num_hidden_layers: 80, num_attention_heads: 64 }
    const large = architectureFromConfig({ model_type: 'llama', ...sizes, num_key_value_heads: 8, vocab_size: 128256 })
    const { gpus, assumptions } = planGpus(large, { ...packed, gpu: 'h100-80gb' })
    expect(gpus).toBeGreaterThan(1)
    expect(assumptions.join(' ')).toContain('no attribute')
  })
})

describe('One rank of DeepSpeed', () => {
  it('says which options change nothing, where it gathers nothing', () => {
    const { assumptions } = estimateMemory(
      llama,
      of('zero-3', { ranks: 1, parameterDtype: 'float32', deepspeed: { maxLiveParameters: 5 } }),
    )
    const said = assumptions.join()
    expect(said).toContain('ZeRO-3 on one rank')
    expect(said).toContain('`sharding.parameterDtype` has no effect')
    expect(said).toContain('`sharding.deepspeed.maxLiveParameters` has no effect')
  })

  it('fetches parameters that are on the CPU', () => {
    const bytes = (offload: Sharding['offload']) =>
      estimateMemory(
        llama,
        of('zero-3', {
          ranks: 1,
          deepspeed: { paramPersistenceThreshold: 0, prefetchBucketSize: 0, maxLiveParameters: 1 },
          ...(offload && { offload }),
        }),
      ).parts.parameters
    expect(bytes(['parameters'])).toBeLessThan(bytes(undefined))
  })

  it('steps once backward is done', () => {
    for (const ranks of [1, 2])
      expect(() => estimateMemory(llama, { ...of('zero-2', { ranks }), optimizerStep: 'in-backward' })).toThrow(
        'the engine of DeepSpeed steps once backward is done',
      )
  })
})

describe('Options of sharding that would change nothing', () => {
  it.each([
    [of('none'), '"none", but there are 2 ranks'],
    [of('ddp', { parameterDtype: 'float32' }), '`sharding.parameterDtype` needs parameters that are gathered'],
    [of('zero-2', { reshardAfterForward: false }), '`sharding.reshardAfterForward` needs parameters that are gathered'],
    [of('ddp', { offload: ['parameters'] }), '`sharding.offload` of parameters needs parameters that are shared'],
    [of('zero-2', { offload: ['parameters'] }), 'zero-3, fsdp1, fsdp2 or hsdp, not zero-2'],
    [of('none', { ranks: 1, offload: ['parameters'] }), 'zero-3, fsdp1, fsdp2 or hsdp, not none'],
    [of('fsdp2', { offloadedBy: 'trl' }), 'add "activations" to `sharding.offload`'],
    [of('fsdp2', { deepspeed: { reduceBucketSize: 5 } }), '`sharding.deepspeed` needs DeepSpeed'],
    [of('zero-1', { deepspeed: { maxLiveParameters: 5 } }), '`sharding.deepspeed.maxLiveParameters` needs zero-3'],
    [of('zero-3', { deepspeed: { overlapComm: true } }), '`sharding.deepspeed.overlapComm` needs zero-1 or zero-2'],
    [of('zero-1', { reduceDtype: 'float32' }), '`sharding.reduceDtype` needs gradients that are shared'],
  ])('are refused with a strategy that cannot have them: %j', (options, words) => {
    expect(() => estimateMemory(llama, options)).toThrow(words)
    expect(() => planGpus(llama, options)).toThrow(words)
  })

  it.each<readonly [more: Partial<Sharding>, step: MemoryOptions]>([
    [{ parameterDtype: 'float32' }, {}],
    [{ reduceDtype: 'float32' }, {}],
    [{ reshardAfterForward: false }, { sequenceLength: 256, recompute: 'none', optimizerStep: 'for-loop' }],
    [{ offload: ['optimizer'] }, {}],
  ])('count beside tensor and sequence parallelism, and in pipelines: %j', (more, step) => {
    const beside = (layout: object, own: Partial<Sharding> = more) =>
      estimateMemory(llama, { ...of('fsdp2', own), ...step, layout })
    const sequences = { tensor: 2, sequenceParallel: true }
    expect(beside(sequences).parts).not.toEqual(beside(sequences, {}).parts)
    expect(beside({ tensor: 2 }).parts).not.toEqual(beside({ tensor: 2 }, {}).parts)
    // A pipeline keeps parameters by default.
    const piped = more.reshardAfterForward === false ? { reshardAfterForward: true } : more
    expect(beside({ pipeline: 2 }, piped).parts).not.toEqual(beside({ pipeline: 2 }, {}).parts)
  })

  it('are allowed beside a layout if they say the default', () => {
    const beside = (more: Partial<Sharding>) => estimateMemory(llama, { ...of('fsdp2', more), layout: { tensor: 2 } })
    expect(beside({ reshardAfterForward: true, offload: [] }).totalBytes).toBe(beside({}).totalBytes)
  })

  it('are named among the assumptions with one rank', () => {
    const { assumptions } = estimateMemory(llama, of('fsdp2', { ranks: 1, parameterDtype: 'float32' }))
    expect(assumptions).toContain('`sharding.parameterDtype` has no effect with one rank')
  })

  it('say what they do with one rank: parameters that are offloaded are still counted', () => {
    const one = (offload: NonNullable<Sharding['offload']>) => estimateMemory(llama, of('fsdp2', { ranks: 1, offload }))
    expect(one(['parameters']).totalBytes).toBe(one(['optimizer']).totalBytes)
    expect(one(['parameters']).assumptions).toContain(
      'with one rank, `sharding.offload` of parameters moves only the optimizer: they are counted on the GPU',
    )
    expect(one(['parameters']).assumptions.join()).not.toContain('parameters on the CPU')
  })
})

describe('Parameters in float32 among others in 16 bits', () => {
  const model = architectureFromConfig({
    model_type: 'hy_v3',
    ...{ hidden_size: 96, intermediate_size: 160, num_hidden_layers: 3, num_attention_heads: 4, vocab_size: 512 },
    ...{ num_key_value_heads: 2, head_dim: 24, num_experts: 6, num_experts_per_tok: 2, moe_intermediate_size: 48 },
  })
  const lora = { rank: 8, targetModules: ['q_proj'] }

  it.each<readonly [MemoryOptions, string]>([
    [of('fsdp2'), 'FSDP expects uniform original parameter dtype'],
    [of('hsdp'), 'FSDP expects uniform original parameter dtype'],
    [of('fsdp1'), 'Must flatten tensors with uniform dtype'],
    [{ ...of('fsdp1'), method: 'lora', lora }, "pass `sharding.parameterDtype: 'float32'`"],
  ])('are refused in one group of FSDP, as torch stops there: %j', (options, says) => {
    expect(() => estimateMemory(model, options)).toThrow(says)
  })

  it('are said of a plan for GPUs, which chooses FSDP2', () => {
    const large = architectureFromConfig({ model_type: 'hy_v3', hidden_size: 4096, num_hidden_layers: 6 })
    const { estimate } = planGpus(large, { sequenceLength: 16 })
    expect(estimate?.assumptions.join()).toContain("pass `sharding.parameterDtype: 'float32'`")
  })

  it.each<MemoryOptions>([
    of('fsdp2', { parameterDtype: 'float32' }),
    of('fsdp1', { parameterDtype: 'float32' }),
    { ...of('fsdp2'), method: 'full-mixed' },
    { ...of('fsdp2'), method: 'lora', lora },
    of('zero-3'),
    of('fsdp2', { ranks: 1 }),
  ])('are not where torch runs: %j', (options) => {
    expect(estimateMemory(model, options).totalBytes).toBeGreaterThan(0)
  })
})

describe('Groups of FSDP at which torch stops', () => {
  const small = (model_type: string) =>
    architectureFromConfig({
      model_type,
      ...{ hidden_size: 96, intermediate_size: 160, num_hidden_layers: 14, num_attention_heads: 4, vocab_size: 512 },
      num_key_value_heads: 4,
    })
  const float16 = { precision: 'float16' } as const

  it.each<readonly [string, MemoryOptions, string]>([
    ['mamba', of('fsdp2'), 'A_log'],
    ['falcon_mamba', of('fsdp1'), 'A_log'],
    ['olmo_hybrid', of('hsdp'), 'A_log'],
    ['afmoe', of('fsdp1'), 'expert_bias'],
    ['gpt_oss', { ...of('fsdp2'), ...float16 }, 'input_layernorm.weight'],
    ['gpt_oss', { ...of('fsdp1'), ...float16, method: 'lora' }, 'input_layernorm.weight'],
    ['t5', { ...of('fsdp2'), ...float16 }, 'DenseReluDense.wo.weight'],
    ['longcat_flash', { ...of('fsdp2'), ...float16 }, 'router.classifier.weight'],
    ['zamba2', of('fsdp2'), 'share ("is shared with a parameter already managed by another FSDP group"): use zero-3'],
    ['zamba', of('fsdp1', { parameterDtype: 'float32' }), 'share ("The size of tensor a (0)'],
  ])('are refused where a class has float32 or shares blocks: %s, %j', (family, options, says) => {
    expect(() => estimateMemory(small(family), options)).toThrow(says)
  })

  it.each<readonly [string, MemoryOptions]>([
    ['mamba', { ...of('fsdp2'), method: 'lora' }],
    ['mamba', of('fsdp2', { parameterDtype: 'float32' })],
    ['gpt_oss', of('fsdp2')],
    ['t5', of('fsdp2')],
    ['gpt_oss', { ...of('fsdp2'), ...float16, method: 'lora' }],
    ['zamba2', of('zero-3')],
  ])('are not where torch runs: %s, %j', (family, options) => {
    expect(estimateMemory(small(family), options).totalBytes).toBeGreaterThan(0)
  })
})

it('What FSDP2 stops at once it is loaded, and not before, is said', () => {
  const afmoe = architectureFromConfig({ model_type: 'afmoe', num_hidden_layers: 3, vocab_size: 512 })
  const said = (options: MemoryOptions) => estimateMemory(afmoe, options).assumptions.join()
  expect(said(of('fsdp2'))).toContain('`from_pretrained` of transformers 5.24 does not freeze it')
  for (const options of [
    of('ddp'),
    of('fsdp2', { parameterDtype: 'float32' }),
    { ...of('fsdp2'), method: 'inference' } as const,
  ])
    expect(said(options)).not.toContain('from_pretrained` of transformers 5.24 does not')
})

describe('Optimizers whose step stops at distributed tensors', () => {
  const tensor = (more: MemoryOptions): MemoryOptions => ({ sequenceLength: 16, layout: { tensor: 2 }, ...more })
  const eightBits = 'optimizer_update_8bit_blockwise.default does not have a sharding strategy registered'

  it.each<readonly [MemoryOptions, string]>([
    [{ ...of('fsdp2'), optimizer: 'sgd', optimizerStep: 'fused' }, "pass 'foreach', or use fsdp1"],
    [{ ...of('hsdp'), optimizer: 'sgd', optimizerStep: 'fused' }, 'Operator aten._fused_sgd_.default'],
    [tensor({ optimizer: 'sgd', optimizerStep: 'fused', method: 'lora' }), 'Operator aten._fused_sgd_.default'],
    [{ ...of('fsdp2'), optimizer: 'adafactor' }, 'aten.add_.Tensor got mixed torch.Tensor and DTensor'],
    [{ ...of('fsdp2'), optimizer: 'adafactor' }, "pass `optimizer: 'adamw'`, or use fsdp1"],
    [tensor({ optimizer: 'adafactor' }), "pass `optimizer: 'adamw'`"],
    [{ ...of('fsdp2'), optimizer: 'adamw-8bit' }, eightBits],
    [{ ...of('hsdp'), optimizer: 'adamw-8bit-paged', method: 'lora' }, eightBits],
    [tensor({ optimizer: 'lion-8bit' }), eightBits],
    [{ ...of('fsdp2'), optimizer: 'lion-32bit' }, 'optimizer_update_32bit.default'],
    [{ ...of('fsdp2'), optimizer: 'adamw-32bit-paged' }, 'optimizer_update_32bit.default'],
  ])('are refused, as torch stops there: %j', (options, says) => {
    expect(() => estimateMemory(llama, options)).toThrow(says)
  })

  it.each<MemoryOptions>([
    { ...of('fsdp2'), optimizer: 'sgd' },
    { ...of('fsdp2'), optimizer: 'sgd', optimizerStep: 'for-loop' },
    { ...of('fsdp2'), optimizer: 'muon', optimizerStep: 'fused' },
    { ...of('hsdp'), optimizer: 'lion' },
    { ...of('fsdp2'), optimizer: 'adamw-4bit-torchao' },
    { ...of('ddp'), optimizer: 'sgd', optimizerStep: 'fused' },
    { ...of('fsdp1'), optimizer: 'adafactor' },
    { ...of('fsdp1'), optimizer: 'sgd', optimizerStep: 'fused' },
    { ...of('zero-3'), optimizer: 'adamw-8bit' },
    { ...of('fsdp2', { ranks: 1 }), optimizer: 'adamw-8bit' },
    tensor({ optimizer: 'sgd' }),
    { ...of('fsdp2'), method: 'inference', optimizer: 'adafactor' },
  ])('are not where it runs: %j', (options) => {
    expect(estimateMemory(llama, options).totalBytes).toBeGreaterThan(0)
  })

  it('are said of a plan for GPUs, which chooses FSDP2', () => {
    const large = architectureFromConfig({ model_type: 'llama', hidden_size: 8192, num_hidden_layers: 40 })
    const { estimate, gpus } = planGpus(large, { sequenceLength: 16, optimizer: 'adafactor' })
    expect(gpus).toBeGreaterThan(1)
    expect(estimate?.assumptions.join()).toContain("pass `optimizer: 'adamw'`, or use fsdp1")
  })
})
