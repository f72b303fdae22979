import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { modelSpecFromConfig } from '../../src/checkpoint/index.js'
import {
  estimateMemory,
  GPUS,
  type Gpu,
  gpuOf,
  minimumGpus,
  type PlanOptions,
  planGpus,
} from '../../src/estimate/index.js'

const GIB = 2 ** 30
/** Each run replays steps. */
const RUNS = { numRuns: 10 }
const SMALL = {
  model_type: 'llama',
  hidden_size: 1024,
  intermediate_size: 2816,
  num_hidden_layers: 4,
  num_attention_heads: 16,
  num_key_value_heads: 4,
  vocab_size: 8000,
}
const SEVENTY = {
  model_type: 'llama',
  hidden_size: 8192,
  intermediate_size: 28_672,
  num_hidden_layers: 80,
  num_attention_heads: 64,
  num_key_value_heads: 8,
  vocab_size: 128_256,
}
const small = architectureFromConfig(SMALL)
const seventy = architectureFromConfig(SEVENTY)
const { spec: SEVENTY_SPEC } = modelSpecFromConfig(SEVENTY)

const MANY_EXPERTS = { num_experts: 1e6, num_experts_per_tok: 2, num_expert_layers: 80, num_shared_experts: 0 }

const gpu = (gib: number): Gpu => ({ name: 'any', memoryBytes: Math.round(gib * GIB) })
const anyRun = fc.record({
  method: fc.constantFrom('full', 'full-mixed', 'lora', 'qlora', 'inference'),
  batchSize: fc.integer({ min: 1, max: 8 }),
  sequenceLength: fc.integer({ min: 16, max: 2048 }),
  gradientCheckpointing: fc.boolean(),
})
const run = (options: object, gib: number) => planGpus(small, { ...options, gpu: gpu(gib), maxGpus: 64 } as PlanOptions)
const countOf = ({ gpus = Number.POSITIVE_INFINITY }: { gpus?: number }) => gpus
const anyMemory = fc.double({ min: 0.2, max: 4, noNaN: true })

describe('planGpus', () => {
  it('never needs more GPUs where each has more memory', () => {
    fc.assert(
      fc.property(anyRun, anyMemory, anyMemory, (options, gib, more) => {
        expect(countOf(run(options, gib + more))).toBeLessThanOrEqual(countOf(run(options, gib)))
      }),
      RUNS,
    )
  })

  it('never needs more for a smaller batch or a shorter sequence', () => {
    fc.assert(
      fc.property(anyRun, anyMemory, (options, gib) => {
        const gpus = countOf(run(options, gib))
        const { batchSize, sequenceLength } = options
        expect(countOf(run({ ...options, batchSize: Math.ceil(batchSize / 2) }, gib))).toBeLessThanOrEqual(gpus)
        expect(
          countOf(run({ ...options, sequenceLength: sequenceLength / 2 + (sequenceLength % 2) / 2 }, gib)),
        ).toBeLessThanOrEqual(gpus)
      }),
      RUNS,
    )
  })

  it('never needs more for LoRA than for all weights', () => {
    fc.assert(
      fc.property(anyRun, anyMemory, (options, gib) => {
        const checkpointed = {
          ...options,
          gradientCheckpointing: true,
          sequenceLength: Math.min(options.sequenceLength, 512),
          batchSize: 1,
        }
        const gpus = (method: string) => countOf(run({ ...checkpointed, method }, gib))
        expect(gpus('lora')).toBeLessThanOrEqual(gpus('full'))
      }),
      RUNS,
    )
  })

  it('answers with an estimate that fits, and smaller counts that do not', () => {
    fc.assert(
      fc.property(anyRun, anyMemory, (options, gib) => {
        const { memoryBytes } = gpu(gib)
        const { fits, gpus = 0, estimate, headroomBytes, tooFew } = run(options, gib)
        for (const { neededBytes } of tooFew) expect(neededBytes).toBeGreaterThan(memoryBytes)
        expect(fits).toBe(estimate !== undefined)
        if (!estimate) return
        expect(estimate.totalBytes).toBeLessThanOrEqual(memoryBytes)
        expect(headroomBytes).toBe(memoryBytes - estimate.totalBytes)
        expect(tooFew.map((one) => one.gpus)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 16, 32].filter((one) => one < gpus))
      }),
      RUNS,
    )
  })

  it('finds the largest micro-batch: one more does not fit', () => {
    const options = { method: 'full', sequenceLength: 512 } as const
    const { largestBatchSize = 0, gpus } = planGpus(small, { ...options, gpu: gpu(3) })
    const bytes = (batchSize: number) => estimateMemory(small, { ...options, batchSize, world: gpus ?? 1 }).totalBytes
    expect(bytes(largestBatchSize)).toBeLessThanOrEqual(3 * GIB)
    expect(bytes(largestBatchSize + 1)).toBeGreaterThan(3 * GIB)
  })

  it('divides matrices too where shares of the weights are not enough', () => {
    const { layout, tooFew } = planGpus(seventy, { sequenceLength: 65_536 })
    expect(layout?.tensor).toBeGreaterThan(1)
    expect(tooFew[0]?.reason).toMatch(/^on 1 GPU, each needs [\d.]+ GiB but has 79\.2 GiB$/)
  })

  it('says so where no count fits', () => {
    expect(planGpus(seventy, { gpu: 't4', maxGpus: 2 })).toMatchObject({
      fits: false,
      tooFew: [{ gpus: 1 }, { gpus: 2 }],
    })
  })

  it('plans for a ModelSpec what it plans for the model that the spec describes', () => {
    const { assumptions, ...plan } = planGpus(seventy, { method: 'lora' })
    const { assumptions: more, ...same } = planGpus(SEVENTY_SPEC, { method: 'lora' })
    expect(same).toEqual({ ...plan, estimate: { ...same.estimate, ...plan.estimate } })
    expect(more).toEqual(expect.arrayContaining([...assumptions]))
  })

  it.each([{ maxGpus: 0 }, { gpu: 'abacus' }, { gpu: { name: 'none', memoryBytes: Number.NaN } }, { batchSize: 0 }])(
    'refuses %j',
    (options) => {
      expect(() => planGpus(small, options)).toThrow(RangeError)
    },
  )
})

describe('gpuOf', () => {
  it('knows a GPU by its name, by a beginning that is its alone, and by a size', () => {
    expect(gpuOf('A100-80GB').memoryBytes).toBe(Math.round(79.25 * GIB))
    expect(gpuOf('l4').name).toBe('l4-24gb')
    expect(gpuOf('80GB').memoryBytes).toBe(80e9)
    expect(() => gpuOf('a100')).toThrow('a100-40gb, a100-80gb')
    expect(new Set(GPUS.map(({ name }) => name)).size).toBe(GPUS.length)
  })
})

describe('minimumGpus', () => {
  it('gives both fields of a described family', () => {
    expect(minimumGpus(seventy)).toEqual({ minimum_gpus_all_weights: 16, minimum_gpus_lora: 2, notes: [] })
  })

  it('gives a reason, and no number, for a family without a described forward pass', () => {
    const { notes, ...fields } = minimumGpus(architectureFromConfig({ model_type: 'phi3small' }))
    expect(fields).toEqual({})
    expect(notes).toHaveLength(1)
    expect(notes[0]).toContain('phi3small')
  })

  it('gives of a ModelSpec what it gives of the model that the spec describes', () => {
    expect(minimumGpus(SEVENTY_SPEC)).toEqual(minimumGpus(seventy))
  })

  it.each([
    ['another number of parameters', { base_num_parameters: 8e9 }, 'it says 8000000000'],
    ['more layers than are replayed', { num_layers: 1e9 }, '1000000000 layers'],
    ['more experts than are replayed', { moe_config: MANY_EXPERTS }, '80 layers with 1000000 experts each'],
    ['sizes that no model has', { hidden_size: -1 }, 'hidden_size is -1'],
  ])('gives a reason, and no number, for a ModelSpec with %s', (_, fields, reason) => {
    const { notes, ...known } = minimumGpus({ ...SEVENTY_SPEC, ...fields })
    expect(known).toEqual({})
    expect(notes.join()).toContain(reason)
  })
})

describe('what a search for GPUs cannot honour', () => {
  it.each(['tensor', 'pipeline', 'context', 'expert'] as const)(
    'is refused: a given degree of %s parallelism',
    (name) => {
      expect(() => planGpus(architectureFromConfig(SMALL), { layout: { [name]: 2 } })).toThrow(
        `\`layout.${name}\` cannot be given: planGpus searches for a layout. For given degrees use estimateMemory`,
      )
    },
  )

  it('is no option of sharding, where sequences are divided', () => {
    const note = '`sharding` has no effect on this layout: fsdp2 is assumed'
    const sharding = { strategy: 'fsdp2', ranks: 2, reshardAfterForward: false } as const
    const large = planGpus(architectureFromConfig(SEVENTY), { gpu: 'a100-40gb', sequenceLength: 32_768, sharding })
    expect(large.layout).toMatchObject({ sequenceParallel: true })
    expect(large.assumptions).not.toContain(note)
    expect(planGpus(architectureFromConfig(SMALL), { sharding }).assumptions).not.toContain(note)
  })
})
