import { expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory, type MemoryOptions } from '../../src/estimate/index.js'

const CONFIG = { model_type: 'gpt2', vocab_size: 500, n_embd: 64, n_layer: 2, n_head: 4, n_positions: 128 }
const bytes = (config: object, options: MemoryOptions) =>
  estimateMemory(architectureFromConfig({ ...CONFIG, ...config }), { sequenceLength: 64, ...options }).tensorBytes

// A recorded step needs 5 % more than without it: `_upcast_and_reordered_attn` of transformers 4.57.6.
it('Eager attention of GPT-2 in float32 is refused, with a way out, and changes nothing elsewhere', () => {
  const upcast = { reorder_and_upcast_attn: true }
  expect(() => bytes(upcast, { attention: 'eager' })).toThrow('leave `attention` out')
  expect(bytes(upcast, {})).toBe(bytes({}, {}))
  expect(bytes({}, { attention: 'eager' })).toBeGreaterThan(0)
})
