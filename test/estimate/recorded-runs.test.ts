import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory } from '../../src/estimate/index.js'
import { memoryRecords } from './memory-records.js'

/** Runs of torch, recorded with the programs of `test/oracle/memory`. */
describe.each([
  [
    'LoRA in float16 by eager and efficient attention, outputs kept, gradients to the inputs',
    'training-loops.jsonl.gz',
  ],
  ['QLoRA with bitsandbytes', 'qlora.jsonl.gz'],
  ['Packed experts', 'packed-experts.jsonl.gz'],
  ['FSDP over 3, 8 and 64 ranks, up to 70 billion parameters', 'sharded-families.jsonl.gz'],
])('estimateMemory agrees with %s', (_, file) => {
  it.each(memoryRecords(file).map((record) => [record.id, record] as const))(
    '%s, to a thousandth of a percent',
    (_, { config, options, truth }) => {
      const { total } = truth.peak
      const { tensorBytes } = estimateMemory(architectureFromConfig(config), options)
      expect(Math.abs(tensorBytes - total)).toBeLessThanOrEqual(total * 1e-5)
    },
  )
})

it.each([
  ['glm4_moe_lite', 'all experts of a layer are unpacked while it runs'],
  ['qwen3_moe', 'experts are linear layers here'],
  ['llama', 'this model has none'],
])('An estimate says what packing experts means for %s', (family, says) => {
  const model = architectureFromConfig({ model_type: family })
  const { assumptions } = estimateMemory(model, {
    method: 'qlora',
    quantizeExperts: true,
    lora: { rank: 8, targetModules: ['o_proj'] },
  })
  expect(assumptions.join('\n')).toContain(says)
})

it('Packed experts need packed weights of 4 bits', () => {
  const model = architectureFromConfig({ model_type: 'glm4_moe_lite' })
  const run = () => estimateMemory(model, { method: 'lora', quantization: 'int8', quantizeExperts: true })
  expect(run).toThrow("pass 'nf4' or 'nf4-double'")
})
