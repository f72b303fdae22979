import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import { estimateMemory, type MemoryOptions } from '../../src/estimate/index.js'
import { some } from '../share.js'
import { memoryRecords } from './memory-records.js'

// Small models with dropout, as their configs or the defaults of their classes have it.
const RECORDS = memoryRecords('dropout.jsonl.gz').map((record) => [record.id, record] as const)

const SIZES = {
  vocab_size: 1000,
  hidden_size: 96,
  num_hidden_layers: 2,
  num_attention_heads: 6,
  intermediate_size: 200,
}
const bert = { ...SIZES, model_type: 'bert', architectures: ['BertForSequenceClassification'] }
const llama = { ...SIZES, model_type: 'llama' }
const opt = { ...SIZES, model_type: 'opt', ffn_dim: 200, word_embed_proj_dim: 96 }
const gpt2 = { model_type: 'gpt2', vocab_size: 1000, n_embd: 96, n_layer: 2, n_head: 6 }
const WITHOUT = { hidden_dropout_prob: 0, attention_probs_dropout_prob: 0 }
const estimated = (config: object, options: MemoryOptions = {}) =>
  estimateMemory(architectureFromConfig(config), { batchSize: 4, sequenceLength: 128, recompute: 'none', ...options })
const said = (config: object, options?: MemoryOptions) => estimated(config, options).assumptions.join('\n')
const total = (config: object, options?: MemoryOptions) => estimated(config, options).tensorBytes

describe('The dropout of a config', () => {
  it.each(some(RECORDS))('counts as torch counts it in %s', (_, { config, options, truth }) => {
    const { tensorBytes, peakAt } = estimateMemory(architectureFromConfig(config), options)
    expect(Math.abs(tensorBytes - truth.peak.total)).toBeLessThanOrEqual(truth.peak.total * 1e-5)
    expect(peakAt.phase).toBe(truth.peak.phase)
  })

  it('is said, with the defaults of its class', () => {
    expect(said(bert)).toContain('dropout is 0, except `hidden_dropout_prob` 0.1, `attention_probs_dropout_prob` 0.1')
    expect(said({ ...bert, hidden_dropout_prob: 0.3 })).toContain('`hidden_dropout_prob` 0.3')
    expect(said({ ...bert, ...WITHOUT })).toMatch(/^dropout is 0$/m)
    expect(said(llama)).toMatch(/^dropout is 0$/m)
    expect(said(gpt2)).toContain('except `embd_pdrop` 0.1, `attn_pdrop` 0.1, `resid_pdrop` 0.1')
    expect(said({ ...llama, text_config: {}, layerdrop: 0.2 })).toContain('does not use it: `layerdrop` 0.2')
    expect(said({ ...llama, hidden_dropout: 0.2 })).toContain('does not use it: `hidden_dropout` 0.2')
  })

  it('needs memory in training alone', () => {
    expect(total(bert)).toBeGreaterThan(total({ ...bert, ...WITHOUT }))
    const inference = { method: 'inference' } as const
    expect(total(bert, inference)).toBe(total({ ...bert, ...WITHOUT }, inference))
    expect(said(bert, inference)).toMatch(/^dropout is 0$/m)
  })

  it('of attention needs memory with eager attention alone', () => {
    const dropping = { ...llama, attention_dropout: 0.1 }
    expect(total(dropping)).toBe(total(llama))
    expect(total(dropping, { attention: 'eager' })).toBeGreaterThan(total(llama, { attention: 'eager' }))
  })

  it('is also that in front of a classifier of tokens, 0.1 by default', () => {
    const tokens = { ...llama, architectures: ['LlamaForTokenClassification'] }
    expect(said(tokens)).toContain('dropout is 0, except `classifier_dropout` 0.1')
    expect(said({ ...tokens, classifier_dropout: 0 })).toMatch(/^dropout is 0$/m)
    expect(said({ ...tokens, classifier_dropout: null, hidden_dropout: 0.2 })).toContain('`hidden_dropout` 0.2')
  })

  it('is switched off by trainers of preferences, where the code has modules for it', () => {
    const preferences = { finetuningType: 'dpo' } as const
    expect(said(gpt2, preferences)).toContain('the trainer sets')
    const none = { resid_pdrop: 0, embd_pdrop: 0, attn_pdrop: 0 }
    expect(total(gpt2, preferences)).toBe(total({ ...gpt2, ...none }, preferences))
    expect(total(gpt2, { finetuningType: 'grpo' })).toBeGreaterThan(
      total({ ...gpt2, ...none }, { finetuningType: 'grpo' }),
    )
    // OPT has numbers, which stay.
    expect(total({ ...opt, dropout: 0.1 }, preferences)).toBeGreaterThan(total({ ...opt, dropout: 0 }, preferences))
  })
})
