import { describe, expect, it } from 'vitest'
import { modelSpecFromConfig } from '../../src/checkpoint/index.js'
import { minimumGpus } from '../../src/estimate/index.js'
import { lint } from '../../src/lint/index.js'
import { validate } from '../../src/validation/index.js'

/** The config of Llama 3.1 8B Instruct, as it is published. */
const LLAMA = {
  architectures: ['LlamaForCausalLM'],
  attention_bias: false,
  bos_token_id: 128000,
  hidden_act: 'silu',
  hidden_size: 4096,
  intermediate_size: 14336,
  max_position_embeddings: 131072,
  model_type: 'llama',
  num_attention_heads: 32,
  num_hidden_layers: 32,
  num_key_value_heads: 8,
  rms_norm_eps: 1e-5,
  rope_scaling: {
    factor: 8,
    high_freq_factor: 4,
    low_freq_factor: 1,
    original_max_position_embeddings: 8192,
    rope_type: 'llama3',
  },
  rope_theta: 500000,
  tie_word_embeddings: false,
  torch_dtype: 'bfloat16',
  transformers_version: '4.42.3',
  vocab_size: 128256,
}

describe('modelSpecFromConfig', () => {
  it('fills in what the config tells', () => {
    const { spec, notes } = modelSpecFromConfig(LLAMA, { name: 'meta-llama/Llama-3.1-8B-Instruct' })
    expect(spec).toMatchObject({
      checkpoint_model_name: 'meta-llama/Llama-3.1-8B-Instruct',
      family: 'llama',
      context_size: 131072,
      num_layers: 32,
      hidden_size: 4096,
      num_attention_heads: 32,
      num_kv_heads: 8,
      ffn_hidden_size: 14336,
      vocab_size: 128256,
      tied_embeddings: false,
      gated_mlp: true,
      base_num_parameters: 8_030_261_248,
      precision: 'bfloat16',
      is_embedding_model: false,
    })
    expect(spec.linear_layers).toHaveLength(32 * 7 + 1)
    expect(spec.linear_layers?.[1]).toStrictEqual({
      name: 'model.layers.0.self_attn.k_proj',
      in_features: 4096,
      out_features: 1024,
    })
    expect(spec).not.toHaveProperty('is_chat')
    expect(notes).toStrictEqual([expect.stringContaining('tokenizer')])
  })

  it('is a spec that the service takes and the linter has nothing to say about', () => {
    const { spec } = modelSpecFromConfig(LLAMA, { tokenizerConfig: {} })
    expect(validate('ModelSpec', spec)).toMatchObject({ ok: true })
    expect(lint('ModelSpec', spec)).toStrictEqual([])
  })

  it('keeps the chat template, and tells the parser of its tool calls', () => {
    const template = "{{ '<|start_header_id|>ipython' }}{% if tools %}{{ tools }}{% endif %}"
    const { spec } = modelSpecFromConfig(LLAMA, { tokenizerConfig: { chat_template: template } })
    expect(spec).toMatchObject({
      is_chat: true,
      chat_template: template,
      tool_call_config: { tool_call_parser: 'llama3_json' },
    })
  })

  it('takes the default of named templates, and chat_template.jinja before all', () => {
    const named = [
      { name: 'tool_use', template: 'B' },
      { name: 'default', template: 'A' },
    ]
    expect(modelSpecFromConfig(LLAMA, { tokenizerConfig: { chat_template: named } }).spec.chat_template).toBe('A')
    expect(
      modelSpecFromConfig(LLAMA, { tokenizerConfig: { chat_template: named }, chatTemplate: 'C' }).spec.chat_template,
    ).toBe('C')
  })

  it('says that a tokenizer without a template does not chat', () => {
    expect(modelSpecFromConfig(LLAMA, { tokenizerConfig: {} }).spec.is_chat).toBe(false)
  })

  it.each([
    [{ torch_dtype: 'float16' }, 'float16'],
    [{ torch_dtype: undefined, dtype: 'float32' }, 'float32'],
    [{ torch_dtype: 'torch.bfloat16' }, 'bfloat16'],
    [{ quantization_config: { quant_method: 'gptq', bits: 4 } }, 'int4'],
    [{ quantization_config: { quant_method: 'awq', bits: 4 } }, 'int4'],
    [{ quantization_config: { quant_method: 'bitsandbytes', load_in_4bit: true, bnb_4bit_quant_type: 'nf4' } }, 'nf4'],
    [{ quantization_config: { quant_method: 'bitsandbytes', load_in_8bit: true } }, 'int8'],
    [{ quantization_config: { quant_method: 'fp8', weight_block_size: [128, 128] } }, 'float8_e4m3fn'],
    [{ quantization_config: { quant_method: 'mxfp4' } }, 'mxfp4'],
    [
      {
        quantization_config: {
          quant_method: 'compressed-tensors',
          config_groups: { group_0: { weights: { num_bits: 8, type: 'float' } } },
        },
      },
      'float8_e4m3fn',
    ],
  ])('reads the precision of %j as %s', (fields, precision) => {
    expect(modelSpecFromConfig({ ...LLAMA, ...fields }).spec.precision).toBe(precision)
  })

  it('says so where nothing names the precision', () => {
    const { spec, notes } = modelSpecFromConfig({ ...LLAMA, torch_dtype: undefined })
    expect(spec.precision).toBe('float32')
    expect(notes).toContainEqual(expect.stringContaining('dtype'))
  })

  it('tells an embedding model by its class or the files of sentence-transformers', () => {
    expect(modelSpecFromConfig({ ...LLAMA, architectures: ['LlamaModel'] }).spec.is_embedding_model).toBe(true)
    expect(modelSpecFromConfig(LLAMA, { sentenceTransformersModules: [{}] }).spec.is_embedding_model).toBe(true)
    expect(modelSpecFromConfig(LLAMA, { hasPoolingConfig: true }).spec.is_embedding_model).toBe(true)
  })

  it('leaves out a window that is wider than the context, unless only some layers have it, and says so', () => {
    const found = (config: object) => {
      const { spec, notes } = modelSpecFromConfig({ ...config }, { tokenizerConfig: {} })
      return [spec.sliding_window_config?.window_size, ...notes]
    }
    const phi3 = { model_type: 'phi3', torch_dtype: 'bfloat16', max_position_embeddings: 4096 }
    expect(found({ ...phi3, sliding_window: 2047 })).toStrictEqual([2047])
    expect(found({ ...phi3, sliding_window: 4096 })).toStrictEqual([4096])
    expect(found({ ...phi3, sliding_window: 4097 })).toStrictEqual([
      undefined,
      'sliding_window_config is left out: a window of 4097 tokens is wider than the context of 4096',
    ])
    const olmo3 = { model_type: 'olmo3', torch_dtype: 'bfloat16', max_position_embeddings: 2048, sliding_window: 4096 }
    expect(found(olmo3)).toStrictEqual([
      4096,
      'sliding_window_config: a window of 4096 tokens is wider than the context of 2048',
    ])
  })

  it("takes the tokenizer's limit where the config has none, unless it stands for no limit", () => {
    const mamba = { model_type: 'mamba', num_hidden_layers: 1 }
    const contextOf = (limit: number) =>
      modelSpecFromConfig(mamba, { tokenizerConfig: { model_max_length: limit } }).spec.context_size
    expect(contextOf(2048)).toBe(2048)
    expect(contextOf(2 ** 31 - 1)).toBe(2 ** 31 - 1)
    for (const limit of [1e30, 2 ** 31, 0, -1, 1.5]) expect(contextOf(limit)).toBeUndefined()
    expect(modelSpecFromConfig(mamba).notes).toContain('context_size is left out: the config has no limit')
  })

  it('fills in the fewest GPUs where it is given what tells them', () => {
    const { spec, notes } = modelSpecFromConfig(LLAMA, { minimumGpus })
    expect(spec).toMatchObject({ minimum_gpus_all_weights: expect.any(Number), minimum_gpus_lora: expect.any(Number) })
    const without = modelSpecFromConfig(LLAMA)
    expect(without.spec).not.toHaveProperty('minimum_gpus_lora')
    expect(notes).toStrictEqual(without.notes)
  })

  it('counts as MLP layers those that are nothing else, experts among them', () => {
    const nemotron = {
      model_type: 'nemotron_h',
      num_hidden_layers: 52,
      hybrid_override_pattern: `${'M-'.repeat(25)}M*`,
    }
    expect(modelSpecFromConfig(nemotron).spec.mamba_config).toMatchObject({ num_mamba_layers: 26, num_mlp_layers: 25 })
    expect(modelSpecFromConfig({ model_type: 'jamba' }).spec.mamba_config).toMatchObject({ num_mlp_layers: 0 })
  })

  it('does not change what it is given', () => {
    const config = Object.freeze({ ...LLAMA })
    expect(() => modelSpecFromConfig(config, Object.freeze({ tokenizerConfig: Object.freeze({}) }))).not.toThrow()
  })
})
