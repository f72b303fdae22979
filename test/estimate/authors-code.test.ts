import { describe, expect, it } from 'vitest'
import { architectureFromConfig } from '../../src/architecture/index.js'
import {
  estimateMemory,
  ForwardPassError,
  isForwardPassDescribed,
  type MemoryOptions,
} from '../../src/estimate/index.js'

/** Estimates a class of GTE. */
function gte(suffix: string, options: MemoryOptions, more: object = {}) {
  const sizes = {
    hidden_size: 64,
    intermediate_size: 160,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    vocab_size: 512,
  }
  const model = architectureFromConfig({ model_type: 'new', architectures: [`New${suffix}`], ...sizes, ...more })
  return estimateMemory(model, { sequenceLength: 64, ...options })
}

const LORA = { method: 'lora', lora: { rank: 8, targetModules: 'all-linear' } } as const

describe("GTE in its authors' class", () => {
  it.each([
    [{ use_memory_efficient_attention: true }, 'no model of xformers'],
    [{ unpad_inputs: true }, 'set both to false'],
    [{ logn_attention_scale: true }, 'set it to false'],
  ])('is refused with %o, with a way out', (config, message) => {
    expect(() => gte('ForSequenceClassification', {}, config)).toThrow(ForwardPassError)
    expect(() => gte('ForSequenceClassification', {}, config)).toThrow(message)
  })

  it('predicts masked words in inference alone, as its training looks at labels', () => {
    expect(gte('ForMaskedLM', { method: 'inference' }).tensorBytes).toBeGreaterThan(0)
    expect(() => gte('ForMaskedLM', {})).toThrow('estimate another class')
  })

  it('cannot give the input embeddings gradients where they are frozen, as it adds to them in place', () => {
    const asked = { ...LORA, inputGradients: true }
    expect(() => gte('ForTokenClassification', asked)).toThrow('torch refuses with `inputGradients`')
    expect(gte('ForTokenClassification', asked, { type_vocab_size: 0 }).tensorBytes).toBeGreaterThan(
      gte('ForTokenClassification', LORA, { type_vocab_size: 0 }).tensorBytes,
    )
    expect(gte('ForTokenClassification', { inputGradients: true }).tensorBytes).toBeGreaterThan(0)
  })
})

describe("Llama-Nemotron in its authors' class", () => {
  const block = (kvGroup: number, more: object = {}) => ({
    attention: { n_heads_in_group: kvGroup, ...more },
    ffn: { ffn_mult: 2 },
  })
  const nas = (blocks: readonly object[], more: object = {}) =>
    estimateMemory(
      architectureFromConfig({
        model_type: 'nemotron-nas',
        vocab_size: 512,
        hidden_size: 256,
        num_hidden_layers: blocks.length,
        num_attention_heads: 8,
        block_configs: blocks,
        ...more,
      }),
      { batchSize: 8, sequenceLength: 256, recompute: 'none' },
    )

  it('needs less memory without a block', () => {
    const whole = nas([block(2), block(2)]).tensorBytes
    expect(nas([block(2), { ...block(2), attention: { no_op: true } }]).tensorBytes).toBeLessThan(whole)
    expect(nas([block(2), { ...block(2), ffn: { no_op: true } }]).tensorBytes).toBeLessThan(whole)
  })

  it('writes attention out, unless its config asks for flash-attn', () => {
    const written = nas([block(2)])
    const fused = nas([block(2)], { attn_implementation: 'flash_attention_2' })
    expect(written.assumptions.join()).toContain('attention by the eager kernel')
    expect(fused.tensorBytes).toBeLessThan(written.tensorBytes)
  })

  it('is refused with windows, sinks and weights in slices', () => {
    expect(() => nas([block(2, { window_length: 32 })])).toThrow('no model of windows and sinks')
    expect(() => nas([block(2)], { pretraining_tp: 2 })).toThrow('set `pretraining_tp` to 1')
    expect(nas([block(2, { window_length: null })]).tensorBytes).toBeGreaterThan(0)
  })
})

it('Phi-3-vision is refused with flash-attn and a short window, and with images', () => {
  const vision = (more: object) =>
    architectureFromConfig({ model_type: 'phi3_v', hidden_size: 256, num_hidden_layers: 2, ...more })
  const flash = { _attn_implementation: 'flash_attention_2' }
  const run = { sequenceLength: 64 } as const
  expect(() => estimateMemory(vision({ ...flash, sliding_window: 2047 }), run)).toThrow('remove `sliding_window`')
  expect(estimateMemory(vision({ ...flash, sliding_window: 4096 }), run).tensorBytes).toBeGreaterThan(0)
  expect(estimateMemory(vision({ sliding_window: 2047 }), run).tensorBytes).toBeGreaterThan(0)
  expect(() => estimateMemory(vision(flash), { ...run, images: 1 })).toThrow('leave it out')
})

it.each([
  ['xverse', "`model_type: 'llama'` for a first idea"],
  ['phi3small', 'Triton kernels compute sparse attention'],
  ['jina_bert', 'only its authors have the code, in two versions'],
  ['xlm-roberta-flash', "`model_type: 'jina_embeddings_v3'`"],
  ['nvembed', 'only its authors have the code'],
])('%s is refused with the reason, and what to do', (model_type, reason) => {
  const model = architectureFromConfig({ model_type })
  expect(() => estimateMemory(model, { sequenceLength: 16 })).toThrow(ForwardPassError)
  expect(() => estimateMemory(model, { sequenceLength: 16 })).toThrow(reason)
  expect(isForwardPassDescribed(model_type)).toBe(false)
})

describe("InternVL's chat models in their authors' class", () => {
  const chat = (model_type: string) =>
    architectureFromConfig({
      model_type: 'internvl_chat',
      vision_config: { hidden_size: 64, num_hidden_layers: 2, num_attention_heads: 4 },
      llm_config: {
        model_type,
        hidden_size: 256,
        num_hidden_layers: 2,
        num_attention_heads: 8,
        num_key_value_heads: 8,
        vocab_size: 512,
      },
    })

  it.each(['internlm2', 'qwen2'])('cannot be trained on text alone with %s, as their code reads images', (text) => {
    for (const options of [{}, LORA])
      expect(() => estimateMemory(chat(text), { sequenceLength: 64, ...options })).toThrow(
        'estimate `llm_config` alone',
      )
  })

  it('read a text with flash-attn', () => {
    const { assumptions, tensorBytes } = estimateMemory(chat('internlm2'), { method: 'inference', sequenceLength: 64 })
    expect(assumptions).toContain('flash-attn is installed, which the class chooses then')
    expect(tensorBytes).toBeGreaterThan(0)
  })
})

it('InternViT computes attention without flash-attn where its config says so', () => {
  const vision = (more: object) =>
    architectureFromConfig({
      model_type: 'intern_vit_6b',
      hidden_size: 64,
      intermediate_size: 96,
      num_hidden_layers: 2,
      num_attention_heads: 4,
      ...more,
    })
  const bytes = (attention: 'flash' | 'eager', more: object = {}) =>
    estimateMemory(vision(more), { method: 'inference', attention }).tensorBytes
  expect(bytes('flash', { use_flash_attn: false })).toBe(bytes('eager'))
  expect(bytes('flash')).not.toBe(bytes('eager'))
})
