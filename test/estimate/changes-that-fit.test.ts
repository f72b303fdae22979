import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { changesThatFit, estimateMemory, gpuOf, type MemoryOptions } from '../../src/estimate/index.js'

const MODEL = architectureFromConfig({
  model_type: 'llama',
  hidden_size: 512,
  intermediate_size: 1024,
  num_hidden_layers: 8,
  num_attention_heads: 8,
  vocab_size: 32_000,
})
const COSTS = ['nothing', 'time', 'precision', 'what is trained']
const changesOf = (options: MemoryOptions, gib: number) =>
  changesThatFit(MODEL, { sequenceLength: 2048, ...options, gpu: `${gib}GiB` })
const named = ({ changes }: ReturnType<typeof changesOf>) => changes.map(({ change }) => change)

describe('changesThatFit', () => {
  it('has nothing to say of a run that fits', () => {
    expect(changesOf({}, 80)).toMatchObject({ fits: true, changes: [] })
  })

  it('estimates each change alone', () => {
    const { totalBytes, changes } = changesOf({ batchSize: 4, gradientCheckpointing: false }, 2)
    expect(changes.length).toBeGreaterThan(6)
    for (const { options, totalBytes: changed, savedBytes } of changes) {
      const { gradientCheckpointing: _, ...given } = { batchSize: 4, gradientCheckpointing: false }
      const rest = options.recompute === undefined ? { gradientCheckpointing: false } : {}
      const run = { sequenceLength: 2048, ...given, ...rest, ...options }
      expect(estimateMemory(MODEL, run).totalBytes).toBe(changed)
      expect(totalBytes - changed).toBe(savedBytes)
    }
  })

  it('names the cheapest first', () => {
    const costs = changesOf({ batchSize: 4, gradientCheckpointing: false }, 2).changes.map(({ cost }) =>
      COSTS.indexOf(cost),
    )
    expect(costs).toEqual([...costs].sort((a, b) => a - b))
  })

  it('finds the largest smaller batch that fits, and accumulates the rest', () => {
    const { changes } = changesOf({ batchSize: 16, gradientAccumulation: 2 }, 4)
    const batch = changes.find(({ change }) => change.startsWith('batch'))
    const { batchSize = 0, gradientAccumulation = 0 } = batch?.options ?? {}
    expect(batch?.fits).toBe(true)
    expect(gradientAccumulation).toBe(Math.ceil(32 / batchSize))
    const next = { batchSize: batchSize + 1, gradientAccumulation: Math.ceil(32 / (batchSize + 1)) }
    expect(estimateMemory(MODEL, { sequenceLength: 2048, ...next }).totalBytes).toBeGreaterThan(4 * 2 ** 30)
  })

  it('combines changes only if no single one is enough', () => {
    const single = changesOf({ batchSize: 8, loss: 'logits' }, 3)
    expect(single.changes.some(({ fits }) => fits)).toBe(true)
    expect(single.together).toBeUndefined()
    const { changes, together } = changesOf({ method: 'lora', batchSize: 8, gradientCheckpointing: false }, 0.7)
    expect(changes.filter(({ fits }) => fits)).toEqual([])
    expect(together?.changes.length).toBeGreaterThan(1)
    expect(together?.totalBytes).toBeLessThanOrEqual(0.7 * 2 ** 30)
  })

  it('offers no change that the run has already, or that means nothing for it', () => {
    const run: MemoryOptions = {
      method: 'qlora',
      optimizerStep: 'fused',
      loss: 'fused-linear',
      kernels: 'liger',
      batchSize: 4,
    }
    expect(named(changesOf(run, 0.3)).join()).not.toMatch(/fused|Liger|checkpointing|LoRA/)
    expect(named(changesOf({ finetuningType: 'dpo', batchSize: 4 }, 0.5)).join()).not.toMatch(/loss/)
    expect(named(changesOf({ method: 'inference' }, 0.05))).toEqual(
      expect.arrayContaining(['weights of 8 bits', 'weights of 4 bits']),
    )
  })

  it('names the smallest GPU that is enough', () => {
    const { largerGpu, totalBytes } = changesThatFit(MODEL, { batchSize: 64, gradientCheckpointing: false, gpu: 't4' })
    expect(largerGpu?.memoryBytes).toBeGreaterThanOrEqual(totalBytes)
    expect(gpuOf('t4').memoryBytes).toBeLessThan(totalBytes)
  })

  it('refuses what estimateMemory refuses', () => {
    expect(() => changesThatFit(MODEL, { batch: 4 } as MemoryOptions)).toThrow('unknown option `batch`')
    expect(() => changesThatFit(MODEL, { gpu: 'h900' })).toThrow('unknown GPU')
  })
})
