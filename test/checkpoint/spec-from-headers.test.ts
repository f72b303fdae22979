/**
 * Models of recorded families, read as if their family were unknown: what is derived from headers and common fields must equal
 * what the family's description says, or be left out.
 */
import { describe, expect, it } from 'vitest'
import { architectureFromSafetensors, modelSpecFromConfig } from '../../src/checkpoint/index.js'
import { specFromHeaders } from '../../src/checkpoint/spec-from-headers.js'
import { type CheckpointRecord, readRecords } from '../architecture/records.js'
import { headersOfRecord } from './headers-of-record.js'

const isUsable = ({ parameters, total_parameters: total }: CheckpointRecord) =>
  Object.keys(parameters ?? {}).length > 0 && total < 2 ** 33

/** Models with the sizes of published ones. */
const RECORDS = readRecords('public.jsonl.gz').filter(isUsable)

/** Tiny models with the oddest settings that each family allows. */
const ODD = readRecords('wholes.jsonl.gz').filter(isUsable)

/** The fields that are compared. */
const FIELDS = [
  ...(['context_size', 'hidden_size', 'num_layers', 'vocab_size', 'base_num_parameters', 'gated_mlp'] as const),
  ...(['num_attention_heads', 'ffn_hidden_size', 'precision'] as const),
] as const

function derived({ config, parameters }: CheckpointRecord) {
  const stored = architectureFromSafetensors(headersOfRecord({ parameters }))
  return specFromHeaders(stored, { ...config, model_type: 'unheard_of' }, { name: 'x' })
}

/** The given fields that differ from what the family's description says. */
function wrongFields(record: CheckpointRecord): string[] {
  const { spec, partialSpec } = derived(record)
  const known = modelSpecFromConfig({ ...record.config, dtype: 'bfloat16' }).spec
  const found = spec ?? partialSpec ?? {}
  return FIELDS.filter((field) => found[field] !== undefined && found[field] !== known[field])
}

describe('a model of an unknown family', () => {
  it('is one of enough records', () => {
    expect(RECORDS.length).toBeGreaterThan(60)
    expect(ODD.length).toBeGreaterThan(60)
  })

  it.each(RECORDS.map((record) => [record.name, record] as const))('%s has right sizes, or none', (_, record) => {
    expect(wrongFields(record)).toStrictEqual([])
  })

  it.each([...RECORDS, ...ODD].map((record) => [record.name, record] as const))('%s has its total', (_, record) => {
    const { spec, partialSpec } = derived(record)
    expect((spec ?? partialSpec)?.base_num_parameters).toBe(record.total_parameters)
  })

  // LongCat counts each layer twice in one field, and Granite states a width that no layer has: only a description can tell.
  it('has right sizes in nearly every odd case', () => {
    const wrong = ODD.filter((record) => wrongFields(record).length > 0)
    expect(wrong.length / ODD.length).toBeLessThan(0.05)
  })

  it('has a complete spec if its config states the sizes', () => {
    const complete = RECORDS.filter((record) => derived(record).spec !== undefined)
    expect(complete.length).toBeGreaterThan(RECORDS.length / 2)
  })

  it('says which fields are missing', () => {
    const { spec, partialSpec, notes } = specFromHeaders(
      architectureFromSafetensors([
        { tensors: new Map([['a.weight', { dtype: 'BF16', shape: [4, 8], offsets: [0, 64] }]]) },
      ]),
      undefined,
      {},
    )
    expect(spec).toBeUndefined()
    expect(partialSpec).toStrictEqual({
      ...{ base_num_parameters: 32, precision: 'bfloat16' },
      linear_layers: [{ name: 'a', in_features: 8, out_features: 4 }],
    })
    expect(notes).toContainEqual(
      expect.stringMatching(/^the spec is incomplete: .*family.* cannot be derived without a config\.json$/),
    )
  })

  it('has the precision that its config declares, where no weights show one', () => {
    const nothing = architectureFromSafetensors([{ tensors: new Map() }])
    const precision = (config: object) => {
      const { spec, partialSpec } = specFromHeaders(nothing, { model_type: 'unheard_of', ...config }, {})
      return (spec ?? partialSpec)?.precision
    }
    expect([precision({ dtype: 'float16' }), precision({})]).toStrictEqual(['float16', 'float32'])
  })

  it.each([
    ['a rope that changes the context', { rope_scaling: { type: 'yarn', factor: 4 } }, 'context_size is left out'],
    ['a window that may not be used', { sliding_window: 1024 }, 'sliding_window_config is left out'],
    ['layers for multi-token prediction', { num_nextn_predict_layers: 1 }, 'multi-token prediction'],
  ])('says what it cannot interpret: %s', (_, fields, note) => {
    const record = RECORDS.find(({ config }) => config['model_type'] === 'llama')
    if (!record) throw new Error('no record')
    const { notes } = derived({ ...record, config: { ...record.config, ...fields } })
    expect(notes).toContainEqual(expect.stringContaining(note))
  })

  /** What is found of a small model with the given fields in its config. */
  function tiny(config: object | undefined, more: Readonly<Record<string, readonly number[]>> = {}) {
    const shapes = { 'm.embed_tokens.weight': [100, 8], 'm.layers.0.self_attn.q_proj.weight': [8, 8], ...more }
    const tensors = new Map(
      Object.entries(shapes).map(([name, shape]) => [name, { dtype: 'BF16', shape, offsets: [0, 0] }] as const),
    )
    const { spec, partialSpec, notes } = specFromHeaders(
      architectureFromSafetensors([{ tensors }]),
      config && { ...config },
      {},
    )
    return { spec: spec ?? partialSpec, notes }
  }

  it.each([
    [undefined, true],
    [{}, true],
    [5, true],
    [{ type: 'default' }, true],
    [{ factor: 2 }, true],
    [{ rope_type: 'llama3' }, true],
    [{ type: 'longrope' }, true],
    [{ rope_type: 'default', type: 'yarn' }, true],
    [{ type: 'linear' }, false],
    [{ rope_type: 'dynamic' }, false],
    [{ rope_type: 'yarn', type: 'default' }, false],
  ])('with rope scaling %j has a context: %s', (rope, isKnown) => {
    for (const field of ['rope_scaling', 'rope_parameters']) {
      const { spec, notes } = tiny({ max_position_embeddings: 512, ...(rope !== undefined && { [field]: rope }) })
      expect(spec?.context_size).toBe(isKnown ? 512 : undefined)
      expect(notes.some((note) => note.startsWith('context_size is left out: what rope_scaling does'))).toBe(!isKnown)
    }
  })

  it.each([
    [{}, false],
    [{ use_sliding_window: true }, true],
    [{ use_sliding_window: 'yes' }, false],
    [{ layer_types: ['full_attention', 'sliding_attention'] }, true],
    [{ layer_types: ['full_attention'] }, false],
    [{ layer_types: 'sliding_attention' }, false],
  ])('with a window and %j uses it: %s', (fields, isUsed) => {
    const { spec, notes } = tiny({ sliding_window: 64, max_position_embeddings: 512, ...fields })
    expect(spec?.sliding_window_config).toStrictEqual(isUsed ? { window_size: 64 } : undefined)
    const note = 'sliding_window_config is left out: whether layers use it is unknown'
    expect(notes.includes(note)).toBe(!isUsed)
    expect(tiny({ max_position_embeddings: 512, ...fields }).notes).not.toContain(note)
    // Where the window is switched off, nothing is unclear.
    expect(tiny({ sliding_window: 64, use_sliding_window: false }).notes).not.toContain(note)
  })

  it('is tied if its config says so, or has no output embedding', () => {
    const head = { 'lm_head.weight': [100, 8] }
    const assumed = 'tied_embeddings is assumed: the config does not state it, and no output embedding is stored'
    const once = 'the output embedding is tied but stored: base_num_parameters counts it once'
    const found = (config: object | undefined, more = {}) => {
      const { spec, notes } = tiny(config, more)
      const said = notes.filter((note) => note === assumed || note === once)
      return [spec?.tied_embeddings, spec?.base_num_parameters, ...said]
    }
    const total = 100 * 8 + 8 * 8
    expect(found(undefined)).toStrictEqual([undefined, total])
    expect(found(undefined, head)).toStrictEqual([false, total + 800])
    expect(found({})).toStrictEqual([true, total, assumed])
    expect(found({}, head)).toStrictEqual([false, total + 800])
    expect(found({ tie_word_embeddings: true })).toStrictEqual([true, total])
    expect(found({ tie_word_embeddings: true }, head)).toStrictEqual([true, total, once])
    expect(found({ tie_word_embeddings: false })).toStrictEqual([false, total])
    expect(found({ tie_word_embeddings: false }, head)).toStrictEqual([false, total + 800])
  })

  it('says what it reads from shapes', () => {
    const mlp = { 'm.layers.0.mlp.up.weight': [16, 8], 'm.layers.0.mlp.down.weight': [8, 16] }
    const key = { 'm.layers.0.self_attn.k_proj.weight': [4, 8] }
    const said = (config: object) =>
      tiny(config, { ...mlp, ...key }).notes.filter((note) => note.startsWith('read from the shapes'))
    const note = (fields: string) => [`read from the shapes in the headers: ${fields}`]
    expect(said({})).toStrictEqual(note('num_layers, hidden_size, ffn_hidden_size, vocab_size'))
    expect(said({ num_attention_heads: 2 })).toStrictEqual(
      note('num_layers, hidden_size, num_kv_heads, ffn_hidden_size, vocab_size'),
    )
    const all = { num_hidden_layers: 1, hidden_size: 8, num_key_value_heads: 1, intermediate_size: 16, vocab_size: 100 }
    expect(said({ num_attention_heads: 2, ...all })).toStrictEqual([])
    for (const [field, name] of [
      ['num_hidden_layers', 'num_layers'],
      ['hidden_size', 'hidden_size'],
      ['num_key_value_heads', 'num_kv_heads'],
      ['intermediate_size', 'ffn_hidden_size'],
      ['vocab_size', 'vocab_size'],
    ] as const) {
      expect(said({ num_attention_heads: 2, ...all, [field]: undefined })).toStrictEqual(note(name))
    }
  })

  it('has the key-value heads that shapes show, then those of the config, then as many as heads', () => {
    const key = { 'm.layers.0.self_attn.k_proj.weight': [4, 8] }
    const heads = (config: object, more = {}) => {
      const { spec } = tiny(config, more)
      return [spec?.num_attention_heads, spec?.num_kv_heads]
    }
    expect(heads({ num_attention_heads: 2 }, key)).toStrictEqual([2, 1])
    // Falcon's configs state as many as query heads, and its layers have one.
    expect(heads({ num_attention_heads: 2, num_key_value_heads: 2 }, key)).toStrictEqual([2, 1])
    expect(heads({ num_attention_heads: 4, num_key_value_heads: 2 })).toStrictEqual([4, 2])
    expect(heads({ num_attention_heads: 4 })).toStrictEqual([4, 4])
    expect(heads({ num_key_value_heads: 2 }, key)).toStrictEqual([undefined, undefined])
  })

  it('counts no total of weights in an unknown format, and no layers of which nothing is said', () => {
    const tensors = new Map([
      ['a.weight', { dtype: 'BF16', shape: [4, 8], offsets: [0, 64] }] as const,
      ['a.packed', { dtype: 'I32', shape: [4, 8], offsets: [64, 192] }] as const,
    ])
    const { partialSpec, notes } = specFromHeaders(architectureFromSafetensors([{ tensors }]), { model_type: 'x' }, {})
    expect(partialSpec).not.toHaveProperty('base_num_parameters')
    expect(notes.at(-1)).toBe(
      'the spec is incomplete: num_layers, hidden_size, num_attention_heads, num_kv_heads, ffn_hidden_size, vocab_size, gated_mlp, base_num_parameters cannot be derived',
    )
  })

  it('has its experts, if the config states how many there are', () => {
    const experts = {
      'm.layers.0.mlp.experts.0.down_proj.weight': [8, 4],
      'm.layers.0.mlp.shared_experts.down_proj.weight': [8, 8],
    }
    const config = { num_experts: 4, num_experts_per_tok: 2 }
    const moe = {
      num_experts: 4,
      num_experts_per_tok: 2,
      num_expert_layers: 1,
      expert_ffn_size: 4,
      num_shared_experts: 2,
    }
    expect(tiny(config, experts).spec?.moe_config).toStrictEqual(moe)
    expect(tiny({ ...config, moe_intermediate_size: 5, n_shared_experts: 3 }, experts).spec?.moe_config).toStrictEqual({
      ...{ ...moe, expert_ffn_size: 5, num_shared_experts: 3 },
    })
    expect(tiny(config).spec).not.toHaveProperty('moe_config')
    const note = 'moe_config is left out: the config does not state the number of experts under a known name'
    for (const fields of [{}, { num_experts: 4 }, { num_experts_per_tok: 2 }]) {
      const { spec, notes } = tiny(fields, experts)
      expect(spec).not.toHaveProperty('moe_config')
      expect(notes).toContain(note)
    }
    expect(tiny(config, experts).notes).not.toContain(note)
    expect(tiny({}).notes).not.toContain(note)
  })

  it('with state spaces has no heads of its own, and says that its layers are not known', () => {
    const note = 'mamba_config is left out: which layers have state spaces is not known'
    const tensors = new Map([
      ['m.embeddings.weight', { dtype: 'BF16', shape: [100, 8], offsets: [0, 0] }] as const,
      ['m.layers.0.mixer.A_log', { dtype: 'BF16', shape: [8], offsets: [0, 0] }] as const,
    ])
    const { partialSpec, notes } = specFromHeaders(
      architectureFromSafetensors([{ tensors }]),
      { num_heads: 4, num_attention_heads: 4, intermediate_size: 16 },
      {},
    )
    expect(partialSpec).not.toHaveProperty('num_attention_heads')
    expect(partialSpec).not.toHaveProperty('ffn_hidden_size')
    expect(notes).toContain(note)
    expect(tiny({}).notes).not.toContain(note)
  })
})
