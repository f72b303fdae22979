import { describe, expect, it } from 'vitest'
import { configType, VALUES } from '../../src/architecture/config-types.js'
import { CLASSES } from '../../src/architecture/generated/config-types.js'
import { architectureFromConfig, totalParameters } from '../../src/architecture/index.js'
import { readRecords } from './records.js'

type Config = Readonly<Record<string, unknown>>

const GPT2 = { n_embd: 64, n_head: 4, vocab_size: 100 }

const notes = (config: Config) => architectureFromConfig(config).notes
const refusal = (found: string, expected: string) =>
  `${found}: transformers 5 refuses that, since it expects ${expected}. Earlier versions check no types, and fail only where they compute with it.`

describe('A value that the class of transformers 5 refuses', () => {
  it.each<[string, Config, string, string]>([
    ['null', { max_position_embeddings: null }, 'max_position_embeddings is null', 'an integer'],
    ['a text for a number', { rms_norm_eps: '1e-6' }, 'rms_norm_eps is "1e-6"', 'a number'],
    ['an object for true', { use_cache: {} }, 'use_cache is {}', 'true or false'],
    ['a number for true', { use_cache: 1 }, 'use_cache is 1', 'true or false'],
    ['true for a number', { bos_token_id: true }, 'bos_token_id is true', 'an integer'],
    ['a list of texts', { eos_token_id: ['</s>'] }, 'eos_token_id is ["</s>"]', 'an integer or a list of integers'],
    ['beyond its interval', { initializer_range: 2 }, 'initializer_range is 2', 'a number from 0 to 1'],
  ])('is told of: %s', (_, fields, found, expected) => {
    expect(notes({ model_type: 'llama', ...fields })).toEqual([refusal(found, expected)])
  })

  it.each([
    ['a field that the class does not have', { max_position: null, unknown: [] }],
    ['null where it is allowed', { pad_token_id: null, head_dim: null, rope_parameters: null }],
    ['a list of tokens', { eos_token_id: [1, 2] }],
    ['a whole number for any number', { attention_dropout: 0, rms_norm_eps: 1 }],
  ])('is not: %s', (_, fields) => {
    expect(notes({ model_type: 'llama', ...fields })).toEqual([])
  })

  it('is told of with its place, in a part of the class that its model_type names', () => {
    const found = (text_config: Config) => notes({ model_type: 'llava', text_config })
    expect(found({ max_position_embeddings: null })).toEqual([
      refusal('text_config.max_position_embeddings is null', 'an integer'),
    ])
    expect(found({ model_type: 'qwen2', max_window_layers: null })).toEqual([
      refusal('text_config.max_window_layers is null', 'an integer'),
    ])
  })

  it('is told of where the fields of the language model stand beside the others', () => {
    expect(notes({ model_type: 'qwen2_vl', max_position_embeddings: null }).join()).toContain(
      'max_position_embeddings is null',
    )
    expect(notes({ model_type: 'qwen2_vl', max_position_embeddings: null, text_config: {} })).toEqual([])
  })

  it('is one of the texts that the class allows', () => {
    expect(notes({ model_type: 'modernbert', classifier_pooling: 'max' }).join()).toContain('expects one of cls, mean')
    expect(notes({ model_type: 'modernbert', classifier_pooling: 'mean' })).toEqual([])
  })

  it('is not repeated where the size that is used is told', () => {
    expect(notes({ model_type: 'llama', vocab_size: null })).toHaveLength(1)
  })

  it('is counted after ten', () => {
    const names = ['rms_norm_eps', 'use_cache', 'pad_token_id', 'bos_token_id', 'eos_token_id']
    const text_config = Object.fromEntries(
      [...names, 'pretraining_tp', 'initializer_range'].map((name) => [name, [null]]),
    )
    const whole = {
      image_token_index: null,
      image_seq_length: null,
      projector_hidden_act: null,
      vision_feature_select_strategy: 0,
    }
    const found = notes({ model_type: 'llava', ...whole, text_config })
    expect(found).toHaveLength(11)
    expect(found.at(-1)).toBe('transformers refuses 1 more of the values in this config.')
  })
})

describe('A value of the right type', () => {
  it.each<[string, Config, string]>([
    ['llama', { rope_theta: null }, 'rope_theta is null: transformers 4.57 cannot build the model with that, 5 can.'],
    ['seed_oss', { head_dim: null }, 'head_dim is null: transformers 5 cannot build the model with that, 4.57 can.'],
    ['ministral', {}, 'head_dim is absent: transformers cannot build the model with that.'],
    ['llama', { hidden_act: 'gellu' }, 'hidden_act is "gellu": transformers has no activation of that name.'],
    ['mamba', { num_labels: '2' }, 'num_labels is "2": transformers expects an integer, and fails.'],
    [
      'llama',
      { rope_scaling: { rope_type: 'yarn', rope_theta: 1e4 } },
      'rope_scaling.factor is absent: transformers expects it with the rotary embedding yarn, and fails.',
    ],
    [
      'llama',
      { rope_scaling: { rope_type: 'llama3', factor: 8, low_freq_factor: 1, original_max_position_embeddings: 64 } },
      'rope_scaling.high_freq_factor is absent: transformers expects it with the rotary embedding llama3, and fails.',
    ],
    [
      'llama',
      { rope_parameters: { rope_type: 'yarm' } },
      'rope_parameters.rope_type is "yarm": transformers has no rotary embedding of that name.',
    ],
    [
      'llama',
      { rope_scaling: { rope_type: 'linear', rope_theta: '1e4' } },
      'rope_scaling.rope_theta is "1e4": transformers expects a number, and fails.',
    ],
    [
      'llama',
      { hidden_size: 60, num_attention_heads: 8, head_dim: 8 },
      'num_attention_heads is 8: transformers 5 refuses it, since it does not divide hidden_size, 60.',
    ],
    [
      'qwen3',
      { head_dim: 127 },
      'head_dim is 127: transformers 5 refuses a head with rotary embeddings whose size is odd.',
    ],
    ['qwen3', { num_key_value_heads: 0 }, 'num_key_value_heads is 0: transformers cannot build or run such a model.'],
    ['falcon_h1', { mlp_multipliers: [1] }, 'mlp_multipliers has 1 entries: transformers expects 2, and fails.'],
    [
      'llava',
      { vision_config: { hidden_size: 100, num_attention_heads: 16 } },
      'vision_config.num_attention_heads is 16, which does not divide hidden_size, 100: transformers refuses it, or rounds the size of a head down.',
    ],
    [
      't5',
      { feed_forward_proj: 'gated-gellu' },
      'feed_forward_proj is "gated-gellu": transformers has no activation of that name.',
    ],
    ['t5', { d_ff: 0 }, 'd_ff is 0: transformers 4.57 divides by it, and fails.'],
    ['vit', { intermediate_size: 0 }, 'intermediate_size is 0: transformers 4.57 divides by it, and fails.'],
    [
      'gpt_neo',
      { num_layers: 4, attention_types: [[['global'], 3]] },
      'attention_types is [[["global"],3]]: transformers refuses that, since it expects a list of [types, times] for 4 layers.',
    ],
    [
      'mamba2',
      { hidden_size: 64, num_heads: 4 },
      'num_heads is 4: transformers refuses it, since heads of 64 channels (head_dim) do not make up 128 channels.',
    ],
    [
      'bamba',
      { hidden_size: 64, mamba_n_heads: 24 },
      'mamba_n_heads is 24: transformers refuses it, since heads do not make up 128 channels.',
    ],
    [
      'falcon_h1',
      { mamba_d_ssm: 64, mamba_n_heads: 8, mamba_d_head: 16 },
      'mamba_n_heads is 8: transformers refuses it, since heads of 16 channels (mamba_d_head) do not make up 64 channels.',
    ],
    [
      'qwen3_vl_moe_text',
      { rope_scaling: { mrope_section: [24, 20, 20] } },
      'rope_scaling.rope_type is absent: some classes of transformers 4.57 expect it, and fail.',
    ],
    [
      'gemma4_text',
      { rope_parameters: { sliding_attention: { rope_theta: 1e4 } } },
      'rope_parameters.full_attention is absent: transformers 5 expects it for each kind of layer, and fails.',
    ],
    [
      'gemma4_text',
      {
        num_hidden_layers: 2,
        layer_types: ['sliding_attention', 'sliding_attention'],
        rope_parameters: { sliding_attention: { rope_theta: 1e4 } },
      },
      '`rope_parameters.full_attention` is absent: the last layer always has full attention, and transformers 5 fails.',
    ],
    [
      'modernbert',
      { rope_parameters: { rope_type: 'default' } },
      'rope_parameters is {"rope_type":"default"}: transformers 5 expects one for each kind of layer in this class, and fails.',
    ],
    [
      'cohere2',
      { rope_parameters: { full_attention: { rope_theta: 1 } } },
      'rope_parameters is {"full_attention":{"rope_theta":1}}: transformers 5 expects one for all layers in this class, and fails.',
    ],
    [
      'llama',
      { vocab_size: 100, pad_token_id: 100 },
      'pad_token_id is 100: transformers refuses it, since the vocabulary has 100 tokens.',
    ],
    [
      'whisper',
      { vocab_size: 100 },
      'pad_token_id is absent, which means 50256: transformers refuses it, since the vocabulary has 100 tokens.',
    ],
    [
      'whisper',
      { d_model: 256, encoder_attention_heads: 8 },
      'decoder_attention_heads is 6, which does not divide d_model, 256: transformers refuses it.',
    ],
    [
      'm2m_100',
      { num_hidden_layers: 2 },
      'num_hidden_layers is 2, and encoder_layers is absent: transformers 5 uses 2 layers. 12, the default of encoder_layers, is used here, as in 4.57.',
    ],
    [
      'minimax_m3_vl_text',
      { num_hidden_layers: 3, sparse_attention_config: { sparse_attention_freq: [0, 1] } },
      'sparse_attention_config.sparse_attention_freq has 2 entries for 3 layers: transformers refuses that.',
    ],
    [
      'mllama',
      { vision_config: {} },
      'text_config.rope_scaling is absent: transformers 4.57 cannot build the model with that, 5 can.',
    ],
    ['phi4_multimodal', { vision_config: {} }, 'audio_config is absent: transformers 4.57 expects it, and fails.'],
    ['dbrx', {}, 'attn_config.rope_theta is absent: transformers 5 expects it, and fails.'],
    [
      'mobilebert',
      { true_hidden_size: 256 },
      'true_hidden_size is 256: transformers 5 uses that. 128, which 4.57 computes from other fields, is used here.',
    ],
    [
      'bert',
      { num_hidden_layers: 0 },
      'A model of 0 layers: some classes of transformers refuse it, or fail in a forward pass.',
    ],
    [
      'zamba2',
      { num_hidden_layers: 6 },
      'layers_block_type is absent, and the list of the class is for 54 layers: transformers 5 refuses that for 6 layers.',
    ],
    [
      'gemma3n_text',
      { num_hidden_layers: 20, num_kv_shared_layers: 2, hidden_size: 64, num_key_value_heads: 1, head_dim: 16 },
      '2 layers take the keys and values of others: transformers 5 leaves out 4128 parameters of their own, which it does not use. They are counted here, as in 4.57.',
    ],
    [
      'longcat_flash',
      { num_layers: 2, hidden_size: 64, expert_ffn_hidden_size: 24, zero_expert_num: 3 },
      'transformers 5 makes 18432 parameters more, for gates of the experts that return their input. Files have no such tensors, and they are not counted here, as in 4.57.',
    ],
    [
      'gemma4_text',
      { rope_parameters: { full_attention: {}, sliding_attention: { rope_theta: 1e4 } } },
      'rope_parameters.full_attention.rope_theta is absent: transformers 5 expects it for each kind of layer, and fails.',
    ],
    [
      'llama',
      { rope_scaling: { rope_type: 'yarn', factor: null } },
      'rope_scaling.factor is null: transformers expects a number, and fails.',
    ],
    [
      'gemma4_text',
      { per_layer_config: { '05': { head_dim: 512 } } },
      'per_layer_config gives layer 11 other heads than the first of its type: transformers 5 refuses that.',
    ],
    [
      'gemma4_text',
      { per_layer_config: { 11: null } },
      'per_layer_config.11 is null: transformers 5 expects an object, and fails.',
    ],
  ])('of %s that no model can be built of: %j', (model_type, fields, note) => {
    expect(notes({ model_type, ...fields })).toContain(note)
  })
})

describe('Values that fit together', () => {
  it.each<[string, Config]>([
    ['t5', { feed_forward_proj: 'gated-gelu' }],
    ['gpt_neo', { num_layers: 4, attention_types: [[['global', 'local'], 2]] }],
    ['mamba2', { hidden_size: 64, num_heads: 4, head_dim: 32 }],
    ['bamba', { hidden_size: 64, mamba_n_heads: 8 }],
    ['falcon_h1', { mamba_d_ssm: 64, mamba_n_heads: 8, mamba_d_head: 8 }],
    ['llama', { rope_scaling: { type: 'linear', factor: 2 } }],
  ])('get no note, in %s: %j', (model_type, fields) => {
    expect(notes({ model_type, ...fields })).toEqual([])
  })
})

describe('A size under two names', () => {
  const SMALL = { hidden_size: 64, num_attention_heads: 4, num_key_value_heads: 2, head_dim: 16, vocab_size: 100 }
  const MOE = { ...SMALL, num_hidden_layers: 2, intermediate_size: 64 }
  const HYBRID = { num_local_experts: 2, num_experts_per_tok: 1, shared_intermediate_size: 64, mamba_n_heads: 8 }
  const mixtral = { model_type: 'mixtral', ...MOE, num_local_experts: 4 }
  const moe = { ...MOE, model_type: 'qwen3_moe', moe_intermediate_size: 16, num_experts: 4, num_experts_per_tok: 2 }

  // What transformers 5.24.0 builds.
  it.each<[string, Config, number]>([
    ['num_experts', { ...mixtral, num_experts: 8 }, 235_328],
    ['num_local_experts', { ...moe, num_local_experts: 8 }, 87_936],
    [
      'layers_block_type',
      {
        ...{ model_type: 'granitemoehybrid', ...MOE, ...HYBRID, head_dim: undefined },
        layer_types: ['attention', 'mamba'],
        layers_block_type: ['mamba', 'mamba'],
      },
      209_520,
    ],
    ['num_hidden_layers', { model_type: 'gpt2', ...GPT2, n_layer: 2, num_hidden_layers: 3 }, 222_016],
  ])('is that of transformers 5, with a note: %s', (alias, config, total) => {
    const described = architectureFromConfig(JSON.parse(JSON.stringify(config)))
    expect(totalParameters(described)).toBe(total)
    expect(described.notes.some((note) => note.includes(`but its other name ${alias} is`))).toBe(true)
  })

  it.each<[string, Config, string]>([
    [
      'gptj',
      { n_head: 4, num_attention_heads: null },
      'num_attention_heads is null: transformers 5 takes that for n_head, and fails.',
    ],
    [
      'gpt2',
      { num_hidden_layers: null },
      'num_hidden_layers is null: transformers 5 takes that for n_layer, and fails.',
    ],
    [
      'whisper',
      { encoder_layers: 4, num_hidden_layers: 3 },
      'encoder_layers is 4, but its other name num_hidden_layers is 3: transformers 5 uses 3. transformers 4.57 uses 4 or 3, depending on the class.',
    ],
    [
      'dots1',
      { n_routed_experts: 128, num_local_experts: 64, num_experts_per_tok: 8 },
      'n_routed_experts is 128, but its other name num_local_experts is 64: transformers 5 uses 64. transformers 4.57 uses 128 or 64, depending on the class.',
    ],
  ])('of %s that is told of: %j', (model_type, fields, note) => {
    expect(notes({ model_type, ...fields })).toContain(note)
  })

  it.each<[string, Config]>([
    ['gpt2', { n_layer: 3, num_hidden_layers: 3 }],
    ['whisper', { encoder_layers: 4, num_hidden_layers: 4 }],
    ['mixtral', { num_local_experts: 8, num_experts: 8 }],
    // No other names of theirs.
    ['falcon', { num_hidden_layers: 2, n_layer: 3 }],
    ['bart', { encoder_ffn_dim: 4096, intermediate_size: 64 }],
    ['longcat_flash', { num_layers: 28, num_hidden_layers: 56, zero_expert_num: 0 }],
    ['deepseek_v2', { n_routed_experts: 8, num_local_experts: 4, vocab_size: 100 }],
    ['dbrx', { attn_config: { rope_theta: 1e4 }, ffn_config: { moe_num_experts: 8, num_experts: 4 } }],
  ])('of %s is fine: %j', (model_type, fields) => {
    expect(notes({ model_type, ...fields })).toEqual([])
  })
})

describe('The table of types', () => {
  it('has letters that are known, and parts whose class it has', () => {
    const names = CLASSES.split('\n').map((line) => line.slice(0, line.indexOf(' ')))
    expect(names.length).toBeGreaterThan(280)
    for (const name of names) {
      const type = configType(name)
      expect(type?.fields.size).toBeGreaterThan(0)
      for (const [field, accepted] of type?.fields ?? []) {
        // Those marked so are facts about the class.
        if (/^[@!]/.test(field)) continue
        const [letters = ''] = accepted.split('=')
        expect([...letters].every((letter) => letter in VALUES || 'nxyz?'.includes(letter))).toBe(true)
      }
      for (const part of type?.parts ?? []) expect(names).toContain(part.type)
    }
  })
})

describe('Neighbours of configs: a value removed, null, of another type or size', () => {
  interface Neighbour {
    readonly name: string
    readonly config: Config
    /** What each version of transformers built; null if it refused. */
    readonly totals: Readonly<Record<string, number | null>>
  }

  it('have the totals of transformers, or a note, or are refused', () => {
    const neighbours = readRecords<Neighbour>('neighbours.jsonl.gz')
    expect(neighbours).toHaveLength(1500)
    const silent = neighbours.filter(({ config, totals }) => {
      const described = orNothing(() => architectureFromConfig(config))
      if (!described || described.notes.length > 0) return false
      const total = totalParameters(described)
      return Object.values(totals).some((theirs) => theirs !== total)
    })
    expect(silent.map(({ name }) => name)).toEqual([])
  })
})

function orNothing<Value>(make: () => Value): Value | undefined {
  try {
    return make()
  } catch {
    return undefined
  }
}

describe('A default that differs between transformers 4.57 and 5', () => {
  it.each<[string, Config, string]>([
    [
      'deepseek_v2',
      {},
      'vocab_size is absent: 32000, the default of transformers 4.57, is used here. That of 5 is 102400.',
    ],
    [
      'mt5',
      {},
      'tie_word_embeddings is absent: false, the default of transformers 4.57, is used here. That of 5 is true.',
    ],
    [
      'mistral3',
      { text_config: {} },
      'tie_word_embeddings is absent in the config of the whole, where transformers 5 takes true by default. false, that of its language model, is used here, as in 4.57.',
    ],
  ])('is told of, for %s', (model_type, fields, note) => {
    expect(notes({ model_type, ...fields })).toEqual([note])
  })

  it('is not told of where the config states the field', () => {
    expect(notes({ model_type: 'deepseek_v2', vocab_size: 102_400 })).toEqual([])
    expect(notes({ model_type: 'mistral3', tie_word_embeddings: false })).toEqual([])
  })
})
