import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory, ForwardPassError } from '../../src/estimate/index.js'

const CONFIG = {
  model_type: 'mistral',
  num_hidden_layers: 2,
  hidden_size: 256,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: 1000,
}
const embedding = architectureFromConfig({ ...CONFIG, architectures: ['MistralModel'] })
const generating = architectureFromConfig({ ...CONFIG, architectures: ['MistralForCausalLM'] })

describe('a decoder without a head', () => {
  it('is estimated without one for inference, and says so', () => {
    const bare = estimateMemory(embedding, { method: 'inference', sequenceLength: 128 })
    const whole = estimateMemory(generating, { method: 'inference', sequenceLength: 128 })
    expect(whole.parts.parameters - bare.parts.parameters).toBe(2 * 1000 * 256)
    expect(bare.assumptions).toContain(
      'one prefill of all tokens, which ends with the hidden states: the model has no head',
    )
  })

  it.each(['full', 'full-mixed', 'lora', 'qlora'] as const)(
    'is refused for %s training: its loss is unknown',
    (method) => {
      expect(() => estimateMemory(embedding, { method })).toThrow(ForwardPassError)
      expect(() => estimateMemory(embedding, { method })).toThrow('MistralModel has no language-model head')
    },
  )
})

describe('a decoder that labels sequences', () => {
  const classifier = (more: object = {}) =>
    architectureFromConfig({ ...CONFIG, architectures: ['MistralForSequenceClassification'], ...more })

  it('caches keys and values in inference, unless its config says no', () => {
    const cached = (more?: object) => estimateMemory(classifier(more), { method: 'inference', sequenceLength: 64 })
    expect(cached().parts.kvCache).toBe(2 * 2 * 2 * 64 * 64 * 2)
    expect(cached({ use_cache: false }).parts.kvCache).toBe(0)
  })

  it('has no other loss than that of its class', () => {
    expect(() => estimateMemory(classifier(), { loss: 'fused' })).toThrow('has no other kind than logits')
    expect(estimateMemory(classifier(), { sequenceLength: 64 }).tensorBytes).toBeLessThan(
      estimateMemory(generating, { sequenceLength: 64 }).tensorBytes,
    )
  })

  it('is told from a class that nobody knows, which is estimated as the language model and says so', () => {
    const unknown = architectureFromConfig({ ...CONFIG, architectures: ['MistralForScoring'] })
    expect(estimateMemory(unknown, { method: 'inference' }).assumptions.join()).toContain(
      'Unknown class MistralForScoring',
    )
  })
})

it('DeepSeek with use_mla false has ordinary attention', () => {
  const config = {
    model_type: 'deepseek_v2',
    use_mla: false,
    kv_lora_rank: null,
    q_lora_rank: null,
    num_hidden_layers: 1,
  }
  const sizes = {
    hidden_size: 1280,
    num_attention_heads: 10,
    num_key_value_heads: 10,
    qk_rope_head_dim: 0,
    v_head_dim: 0,
  }
  const architecture = architectureFromConfig({ ...config, ...sizes, qk_nope_head_dim: 0 })
  expect(architecture.dimensions).toMatchObject({ headDim: 128, kvHeads: 10 })
  expect(estimateMemory(architecture, { method: 'inference' }).totalBytes).toBeGreaterThan(0)
})
