import { describe, expect, it, vi } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { modelSpecFromConfig } from '../../src/checkpoint/index.js'
import { minimumGpus } from '../../src/estimate/index.js'
import type { ModelSpec } from '../../src/schemas/index.js'

const search = vi.hoisted(() => vi.fn())
vi.mock('../../src/estimate/fewest-gpus.js', async (original) => {
  const { fewestGpus } = await original<typeof import('../../src/estimate/fewest-gpus.js')>()
  return { fewestGpus: search.mockImplementation(fewestGpus) }
})

const CONFIG = {
  model_type: 'llama',
  hidden_size: 512,
  intermediate_size: 1024,
  num_hidden_layers: 6,
  num_attention_heads: 8,
  vocab_size: 3000,
}
const specOf = (config: Readonly<Record<string, unknown>>): ModelSpec => modelSpecFromConfig(config).spec
const searchesFor = (spec: ModelSpec): number => {
  search.mockClear()
  expect(minimumGpus(spec).notes).toEqual([])
  return search.mock.calls.length
}

describe('minimumGpus of a ModelSpec', () => {
  const spec = specOf(CONFIG)

  it('is searched for once for each method', () => {
    expect(searchesFor(spec)).toBe(2)
    expect(searchesFor(spec)).toBe(0)
  })

  it('is known for a spec that differs in its name and in what it states', () => {
    expect(searchesFor({ ...spec, checkpoint_model_name: 'another', minimum_gpus_lora: 7, is_chat: true })).toBe(0)
  })

  it.each([
    { ...CONFIG, hidden_size: 1024 },
    { ...CONFIG, num_hidden_layers: 7 },
    { ...CONFIG, vocab_size: 3001 },
    { ...CONFIG, tie_word_embeddings: true },
    { ...CONFIG, num_key_value_heads: 4 },
    { ...CONFIG, head_dim: 32 },
    { ...CONFIG, max_position_embeddings: 100 },
    { ...CONFIG, model_type: 'mistral' },
  ])('is searched for again for another model: %o', (config) => {
    expect(searchesFor(specOf(config))).toBe(2)
  })

  it('does not give away what it remembers', () => {
    ;(minimumGpus(spec).notes as string[]).push('changed')
    expect(minimumGpus(spec).notes).toEqual([])
  })

  it('is not remembered for an architecture, which is not identified by a few fields', () => {
    const architecture = architectureFromConfig(CONFIG)
    minimumGpus(architecture)
    search.mockClear()
    minimumGpus(architecture)
    expect(search).toHaveBeenCalledTimes(2)
  })
})
