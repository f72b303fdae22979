import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory, ForwardPassError, type MemoryOptions, planGpus } from '../../src/estimate/index.js'
import { MEMORY_METHODS } from '../../src/estimate/methods.js'
import { PRESETS, presetOf } from '../../src/estimate/presets/presets.js'
import { withPreset } from '../../src/estimate/presets/with-preset.js'
import { SHARDING_STRATEGIES } from '../../src/estimate/sharding-options.js'

const MODEL = architectureFromConfig({
  model_type: 'llama',
  hidden_size: 64,
  intermediate_size: 128,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  vocab_size: 256,
})

type Recompute = NonNullable<MemoryOptions['recompute']>

/** Options that a preset could contradict. */
const given: fc.Arbitrary<MemoryOptions> = fc
  .record(
    {
      method: fc.constantFrom(...MEMORY_METHODS),
      loss: fc.constantFrom('logits', 'fused', 'chunked', 'chunked-linear', 'fused-linear', 'log-probs'),
      kernels: fc.constantFrom('torch', 'liger', 'unsloth'),
      recompute: fc.constantFrom<Recompute>('layers', 'none', 'selective', { every: 2 }),
      optimizer: fc.constantFrom('adamw', 'adamw-8bit', 'lion', 'sgd'),
      gradientAccumulation: fc.constantFrom(1, 4),
      autocast: fc.constant(true),
      reentrant: fc.boolean(),
      adapterDtype: fc.constantFrom('float32', 'bfloat16'),
      lora: fc.record(
        { rank: fc.constantFrom(4, 8), loraDropout: fc.constantFrom(0, 0.1) },
        { requiredKeys: ['rank'] },
      ),
      sharding: fc.record({ strategy: fc.constantFrom(...SHARDING_STRATEGIES.slice(1)), ranks: fc.constantFrom(1, 8) }),
    },
    { requiredKeys: [] },
  )
  // Reentrant checkpointing trains adapters only with gradients for the input: an estimate refuses it without.
  .map((options) => (options.reentrant ? { ...options, inputGradients: true } : options))

describe.each(PRESETS)('the preset %s', (preset) => {
  it('lets every option win that is given', () => {
    fc.assert(
      fc.property(given, (options) => {
        const filled = appliedTo({ ...options, preset })
        if (!filled) return
        const { lora, sharding, ...plain } = options
        expect(filled).toMatchObject(plain)
        if (lora) expect(filled.lora).toMatchObject(lora)
        if (sharding) expect(filled.sharding).toMatchObject(sharding)
      }),
    )
  })

  it('fills in nothing a second time', () => {
    fc.assert(
      fc.property(given, (options) => {
        const filled = appliedTo({ ...options, preset })
        if (filled) expect(withPreset(filled)).toEqual({ options: filled, sentences: [] })
      }),
    )
  })

  it('refuses a run, or estimates it: what it fills in contradicts nothing', () => {
    fc.assert(
      fc.property(given, (options) => {
        if (!appliedTo({ ...options, preset }) || !isPossible(options)) return
        expect(estimateMemory(MODEL, { ...options, preset, sequenceLength: 32 }).totalBytes).toBeGreaterThan(0)
      }),
      { numRuns: 25 },
    )
  })

  it('is named where what it fills in is refused', () => {
    const layout = { tensor: 2 }
    const refused = (options: MemoryOptions) => () => estimateMemory(MODEL, options)
    expect(refused({ preset: 'unsloth', layout, kernels: 'torch', method: 'lora' })).toThrow(
      "pass `loss: 'logits'` (preset unsloth: loss fused-linear)",
    )
    expect(refused({ preset: 'torchtitan', layout, loss: 'fused-linear' })).toThrow(/pass `loss: 'logits'`$/)
    expect(refused({ preset: 'torchtitan', method: 'qlora' })).toThrow(/use another preset for qlora$/)
  })

  it('says what it fills in, with version and file', () => {
    const { package: name, version } = presetOf(preset)
    const method = preset === 'peft' ? 'lora' : undefined
    const { assumptions } = estimateMemory(MODEL, { preset, ...(method && { method }) })
    const said = assumptions.filter((one) => one.startsWith(`preset ${preset}: `))
    expect(said.length).toBeGreaterThan(0)
    for (const sentence of said) expect(sentence).toMatch(/ \([a-z_-]+ [\d.]+, [\w/*.,: ]+/)
    expect(said.some((one) => one.includes(`(${name} ${version}, `))).toBe(true)
  })

  it('has no effect on inference, and says so', () => {
    const options = { method: 'inference', sequenceLength: 32 } as const
    const { assumptions, ...plain } = estimateMemory(MODEL, options)
    const { assumptions: said, ...same } = estimateMemory(MODEL, { ...options, preset })
    expect(same).toEqual(plain)
    expect(said).toEqual(['`preset` has no effect with the method inference', ...assumptions])
  })
})

/** The options with those of the preset, or `undefined` for a run that the framework does not allow. */
function appliedTo(options: MemoryOptions): MemoryOptions | undefined {
  try {
    return withPreset(options).options
  } catch (error) {
    expect(String(error)).toContain(`TypeError: preset ${options.preset}: `)
    return undefined
  }
}

/** Whether the options are possible without the preset. */
function isPossible(options: MemoryOptions): boolean {
  try {
    estimateMemory(MODEL, { ...options, sequenceLength: 32 })
    return true
  } catch (error) {
    if (error instanceof ForwardPassError) throw error
    return false
  }
}

describe('what the frameworks do', () => {
  it('docs/estimates.md lists every preset with its version', () => {
    const page = readFileSync(new URL('../../docs/estimates.md', import.meta.url), 'utf8')
    for (const preset of PRESETS) {
      const { package: name, version } = presetOf(preset)
      expect(page).toContain(`| \`${preset}\` | ${name} ${version} |`)
    }
  })

  it.each<[MemoryOptions, Partial<MemoryOptions>]>([
    [{ preset: 'transformers' }, { recompute: 'none', optimizerStep: 'fused', lossLogits: 'float32' }],
    [{ preset: 'transformers', recompute: 'layers' }, { reentrant: false }],
    [
      { preset: 'transformers-4.48', recompute: 'layers' },
      { reentrant: true, lossLogits: 'float32-shifted' },
    ],
    [
      { preset: 'trl', method: 'lora' },
      { autocast: true, lora: { rank: 16, loraDropout: 0.05 } },
    ],
    [{ preset: 'trl', method: 'qlora' }, { adapterDtype: 'bfloat16' }],
    [{ preset: 'peft' }, { method: 'lora', adapterDtype: 'float32' }],
    [{ preset: 'unsloth' }, { method: 'qlora', kernels: 'unsloth-2026.10', loss: 'fused-linear' }],
    [{ preset: 'llama-factory' }, { lora: { rank: 8, loraDropout: 0, targetModules: 'all-linear' } }],
    [
      { preset: 'torchtune', method: 'full' },
      { optimizer: 'adamw-8bit-paged', optimizerStep: 'in-backward' },
    ],
    [{ preset: 'torchtune', method: 'full', world: 8 }, { optimizerStep: 'fused' }],
    [{ preset: 'nemo-automodel' }, { lossLogits: 'float32' }],
    [{ preset: 'nemo-automodel', layout: { tensor: 2, sequenceParallel: true } }, { lossLogits: 'float32-gathered' }],
    [{ preset: 'torchtune', method: 'lora', lora: { rank: 64 } }, { lora: { rank: 64, loraDropout: 0 } }],
    [
      { preset: 'litgpt', method: 'lora' },
      { recompute: 'none', loss: 'chunked', adapterDtype: 'bfloat16' },
    ],
    [
      { preset: 'torchtitan', method: 'full', world: 8 },
      { sharding: { strategy: 'fsdp2', ranks: 8, parameterDtype: 'float32', reduceDtype: 'float32' } },
    ],
  ])('%j: %j', (options, expected) => {
    expect(withPreset(options).options).toMatchObject(expected)
  })

  it.each<[MemoryOptions, string]>([
    [{ preset: 'peft', method: 'full' }, 'PEFT trains adapters'],
    [{ preset: 'torchtune', method: 'lora', quantization: 'gptq' }, 'NF4 only'],
    [{ preset: 'litgpt', method: 'qlora', world: 2 }, 'one device only'],
    [{ preset: 'deepspeed', world: 2 }, 'zero-1, zero-2 or zero-3'],
    [{ preset: 'torchtitan', sharding: { strategy: 'zero-3', ranks: 8 } }, 'fsdp2, hsdp or ddp'],
  ])('%j is refused: %s', (options, reason) => {
    expect(() => estimateMemory(MODEL, options)).toThrow(reason)
  })

  it('deepspeed says that its engine counts with ZeRO alone', () => {
    const said = (options: MemoryOptions) =>
      estimateMemory(MODEL, { preset: 'deepspeed', ...options }).assumptions.join()
    expect(said({})).toContain('counted without its engine')
    expect(said({ sharding: { strategy: 'ddp', ranks: 2 } })).toContain('counted without its engine')
    expect(said({ sharding: { strategy: 'zero-2', ranks: 1 } })).not.toContain('counted without its engine')
  })

  it('planGpus knows them too', () => {
    const { assumptions, estimate } = planGpus(MODEL, { preset: 'trl', method: 'lora' })
    expect(assumptions.join()).toContain('preset trl: loss log-probs')
    expect(estimate?.confidence.activations).toBe('replayed')
  })
})
