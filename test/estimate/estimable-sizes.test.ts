import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { architectureFromConfig, CheckpointError } from '../../src/architecture/index.js'
import { estimateMemory, ForwardPassError, type MemoryOptions, planServing } from '../../src/estimate/index.js'
import { memoryRecords } from './memory-records.js'

const FAMILIES = [...new Set(memoryRecords('families.jsonl.gz').map(({ config }) => String(config['model_type'])))]
const size = fc.constantFrom(0, 1, 2, 3, 4, 7, 8, 16, 64, 100, null)
const anyConfig = fc.record({
  model_type: fc.constantFrom(...FAMILIES),
  hidden_size: fc.constantFrom(8, 64, 100),
  intermediate_size: fc.integer({ min: 0, max: 300 }),
  num_hidden_layers: fc.integer({ min: 0, max: 3 }),
  num_attention_heads: fc.constantFrom(1, 2, 4),
  num_key_value_heads: fc.constantFrom(0, 1, 2, 3),
  vocab_size: fc.integer({ min: 0, max: 500 }),
})
const anyMore = fc.dictionary(
  fc.constantFrom(
    'head_dim',
    'moe_intermediate_size',
    'num_local_experts',
    'num_experts',
    'n_routed_experts',
    'num_experts_per_tok',
    'kv_lora_rank',
    'q_lora_rank',
    'v_head_dim',
    'qk_rope_head_dim',
    'sliding_window',
    'rotary_dim',
    'linear_num_value_heads',
    'linear_num_key_heads',
    'num_attention_heads',
  ),
  size,
  { maxKeys: 4 },
)
const anyOptions: fc.Arbitrary<MemoryOptions> = fc.record({
  method: fc.constantFrom('full', 'full-mixed', 'lora', 'qlora', 'inference'),
  batchSize: fc.integer({ min: 1, max: 3 }),
  sequenceLength: fc.constantFrom(1, 2, 7, 64),
  gradientCheckpointing: fc.boolean(),
  world: fc.integer({ min: 1, max: 3 }),
  attention: fc.constantFrom('flash', 'efficient', 'eager'),
})

describe('an estimate of impossible sizes', () => {
  it('is of whole bytes, or an error that says which size is wrong', () => {
    fc.assert(
      fc.property(anyConfig, anyMore, anyOptions, (config, more, options) => {
        const answers = answersOf({ ...config, ...more }, options)
        for (const bytes of answers) expect(Number.isInteger(bytes) && bytes >= 0, String(bytes)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  it.each([
    [{ intermediate_size: 0 }, 'the shape of model.layers.mlp.gate_proj.weight is [0, 64]'],
    [{ vocab_size: 0 }, 'vocab_size is 0; expected an integer of at least 1'],
    [{ num_attention_heads: 3, num_key_value_heads: 2 }, '3 query heads cannot share 2 key heads evenly'],
    [{ num_attention_heads: 200, num_key_value_heads: 1 }, 'the size of a head is 0, and should be at least 1'],
  ])('names %j', (sizes, words) => {
    const config = { model_type: 'llama', hidden_size: 64, num_attention_heads: 2, num_key_value_heads: 2, ...sizes }
    expect(() => estimateMemory(architectureFromConfig(config))).toThrow(words)
  })
})

/** All numbers of bytes that the estimates give; none where they refuse with one of their own errors. */
function answersOf(config: Record<string, unknown>, options: MemoryOptions): number[] {
  try {
    const architecture = architectureFromConfig(config)
    const { totalBytes, tensorBytes, parts } = estimateMemory(architecture, options)
    const serving = planServing(architecture, { contextTokens: 64 })
    const { weightBytes, activationBytes } = serving
    return [totalBytes, tensorBytes, ...Object.values(parts), weightBytes, activationBytes]
  } catch (error) {
    // What recursion without an end throws is a RangeError too.
    if (String(error).includes('call stack')) throw error
    if (error instanceof CheckpointError || error instanceof ForwardPassError || error instanceof RangeError) return []
    throw error
  }
}

describe('Experts', () => {
  it('are what tokens are sent to: with none for a token there is no forward pass', () => {
    const config = { model_type: 'granitemoehybrid', layer_types: ['mamba', 'attention'], num_hidden_layers: 2 }
    const none = architectureFromConfig({ ...config, num_local_experts: 4, num_experts_per_tok: 0 })
    expect(() => estimateMemory(none, { method: 'lora' })).toThrow('a token is sent to 0 of 4 experts')
    const dense = architectureFromConfig({ ...config, num_local_experts: 0, num_experts_per_tok: 0 })
    expect(estimateMemory(dense, { method: 'lora' }).totalBytes).toBeGreaterThan(0)
  })
})

describe('Heads of linear attention', () => {
  const sizes = { hidden_size: 64, num_attention_heads: 4, num_hidden_layers: 4, vocab_size: 256 }
  it.each(['qwen3_next', 'qwen3_5_text', 'olmo_hybrid'])(
    'are shared evenly in %s, or there is no forward pass',
    (type) => {
      const of = (values: number, keys: number) =>
        estimateMemory(
          architectureFromConfig({
            model_type: type,
            ...sizes,
            linear_num_value_heads: values,
            linear_num_key_heads: keys,
          }),
          { sequenceLength: 64 },
        )
      for (const [values, keys] of [
        [2, 4],
        [4, 3],
      ] as const)
        expect(() => of(values, keys)).toThrow(
          `${values} value heads of linear attention cannot share ${keys} key heads`,
        )
      expect(of(4, 2).totalBytes).toBeGreaterThan(0)
    },
  )
})
