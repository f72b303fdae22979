import { describe, expect, it } from 'vitest'
import { adapterFromPeft } from '../../src/checkpoint/index.js'
import { readCheckpoint } from '../../src/checkpoint/read/index.js'
import { validate } from '../../src/validation/index.js'
import { readRecords } from '../architecture/records.js'
import { type PackedFile, packedSource } from './packed-source.js'

const IDENTITY = { name: 'medical', workspace: 'research', fileset: 'research/medical' }
const LORA = {
  peft_type: 'LORA',
  r: 16,
  lora_alpha: 32,
  base_model_name_or_path: 'meta-llama/Llama-3.1-8B',
  target_modules: ['q_proj'],
}

function tensors(rank: number) {
  const prefix = 'base_model.model.model.layers.0.self_attn.q_proj'
  return new Map([
    [`${prefix}.lora_A.weight`, { dtype: 'F32', shape: [rank, 64] }],
    [`${prefix}.lora_B.weight`, { dtype: 'F32', shape: [64, rank] }],
  ] as const)
}

/** Adapters that PEFT wrote, with what it trained. */
const ROWS = readRecords<{
  readonly id: string
  readonly truth: {
    readonly adapter?: { readonly trainable: number; readonly r: number | null; readonly alpha: number | null }
  }
  readonly files: Readonly<Record<string, PackedFile>>
}>('quantised.jsonl.gz').filter(({ id, truth }) => truth.adapter && !/boft|fourier|loha|lokr|shira/.test(id))

describe('adapters that PEFT wrote', () => {
  it.each(ROWS.map((row) => [row.id, row] as const))('%s has the parameters that PEFT trained', async (id, row) => {
    const { trainable, r, alpha } = row.truth.adapter ?? {}
    const { adapter } = await readCheckpoint(packedSource(id, row.files))
    expect(adapter?.adapter.lora_config).toStrictEqual(r === null ? undefined : { rank: r, alpha })
    // The encoder of a prompt is trained, and not stored.
    const hasWeights = Object.keys(row.files).some((name) => name.endsWith('.safetensors'))
    if (hasWeights) expect(adapter?.parameters).toBe(id === 'peft_ptuning' ? 1280 : trainable)
  })
})

describe('adapterFromPeft', () => {
  it('makes an Adapter that the service takes, and tells its base', () => {
    const { adapter, baseModel, parameters, modules, notes } = adapterFromPeft(LORA, IDENTITY, tensors(16))
    expect(adapter).toStrictEqual({ ...IDENTITY, finetuning_type: 'lora', lora_config: { rank: 16, alpha: 32 } })
    expect(validate('Adapter', adapter)).toMatchObject({ ok: true })
    expect({ baseModel, parameters, modules, notes }).toStrictEqual({
      baseModel: 'meta-llama/Llama-3.1-8B',
      parameters: 2048,
      modules: 1,
      notes: [],
    })
  })

  it.each([
    ['LORA', {}, 'lora'],
    ['LORA', { use_dora: true }, 'dora'],
    ['ADALORA', {}, 'adalora'],
    ['PROMPT_TUNING', {}, 'prompt_tuning'],
    ['P_TUNING', {}, 'p_tuning'],
  ])('calls %s with %j %s', (peftType, fields, finetuningType) => {
    expect(adapterFromPeft({ ...LORA, ...fields, peft_type: peftType }, IDENTITY).adapter.finetuning_type).toBe(
      finetuningType,
    )
  })

  it('tells ranks that are not the one of the config', () => {
    expect(adapterFromPeft(LORA, IDENTITY, tensors(8)).notes).toStrictEqual([
      expect.stringContaining('no rank_pattern'),
    ])
    const patterned = { ...LORA, rank_pattern: { q_proj: 8 } }
    expect(adapterFromPeft(patterned, IDENTITY, tensors(8)).notes).toStrictEqual([
      expect.stringContaining('(rank_pattern)'),
    ])
  })

  it('takes the rank that AdaLoRA ends with, and says what it starts with', () => {
    const adalora = { peft_type: 'ADALORA', r: 8, lora_alpha: 16, init_r: 12, target_r: 4 }
    const { adapter, notes } = adapterFromPeft(adalora, IDENTITY, tensors(12))
    expect(adapter.lora_config).toStrictEqual({ rank: 4, alpha: 16 })
    expect(notes).toStrictEqual([
      'rank is the final average 4 of AdaLoRA; it starts with 12, which the files may still have',
    ])
  })

  it('expects r rows for each expert of a stacked parameter', () => {
    const stacked = { ...LORA, target_parameters: ['mlp.experts.gate_up_proj'] }
    expect(adapterFromPeft(stacked, IDENTITY, tensors(16 * 4)).notes).toStrictEqual([])
  })

  // PEFT 0.21.2 stores this for a Qwen3-MoE of four experts; it trains 2,048 parameters in each layer.
  it('counts adapted parameters of experts as PEFT stores them', () => {
    const layer = 'base_model.model.model.layers.0'
    const stored = Object.entries({
      ...{ 'mlp.experts.base_layer.lora_A': [16, 32], 'mlp.experts.base_layer.lora_B': [32, 16] },
      ...{ 'mlp.experts.lora_A': [16, 16], 'mlp.experts.lora_B': [32, 16] },
      ...{ 'self_attn.q_proj.lora_A': [4, 32], 'self_attn.q_proj.lora_B': [32, 4] },
    }).map(([name, shape]) => [`${layer}.${name}.weight`, { dtype: 'F32', shape }] as const)
    const config = { ...LORA, r: 4, target_parameters: ['mlp.experts.gate_up_proj', 'mlp.experts.down_proj'] }
    expect(adapterFromPeft(config, IDENTITY, new Map(stored))).toMatchObject({
      parameters: 2048,
      modules: 3,
      notes: [],
    })
  })

  it('reads the adapters of mlx-lm', () => {
    const mlx = { fine_tune_type: 'lora', model: 'org/base', lora_parameters: { rank: 8, scale: 2, dropout: 0 } }
    const { adapter, baseModel, notes } = adapterFromPeft(mlx, IDENTITY)
    expect(adapter).toStrictEqual({ ...IDENTITY, finetuning_type: 'lora', lora_config: { rank: 8, alpha: 16 } })
    expect(baseModel).toBe('org/base')
    expect(notes).toStrictEqual([
      'this is an mlx-lm adapter, which only mlx-lm loads: `mlx_lm.fuse` merges it into its base model for other engines',
    ])
  })

  it('reads of an adapter of mlx-lm what it has', () => {
    const fields = (config: object) => {
      const { notes: _, ...found } = adapterFromPeft({ ...config }, IDENTITY)
      return found
    }
    const adapter = { ...IDENTITY, finetuning_type: 'lora' }
    expect(fields({ lora_parameters: {} })).toStrictEqual({ adapter })
    expect(fields({ lora_parameters: { scale: 2 } })).toStrictEqual({ adapter })
    expect(fields({ lora_parameters: { rank: 8 } })).toStrictEqual({
      adapter: { ...adapter, lora_config: { rank: 8 } },
    })
    expect(fields({ lora_parameters: { rank: 3, scale: 0.5 } })).toStrictEqual({
      adapter: { ...adapter, lora_config: { rank: 3 } },
    })
    expect(fields({ lora_parameters: {}, fine_tune_type: 'dora' }).adapter.finetuning_type).toBe('dora')
    expect(adapterFromPeft({ lora_parameters: {} }, IDENTITY, tensors(16)).parameters).toBe(2048)
    // The settings of mlx-lm beside PEFT's kind are PEFT's.
    expect(adapterFromPeft({ ...LORA, lora_parameters: { rank: 3 } }, IDENTITY).adapter.lora_config?.rank).toBe(16)
  })

  it('has no rank, base or count that nothing states', () => {
    expect(adapterFromPeft({ peft_type: 'PREFIX_TUNING', r: 'x' }, IDENTITY)).toStrictEqual({
      adapter: { ...IDENTITY, finetuning_type: 'prefix_tuning' },
      notes: [],
    })
    expect(adapterFromPeft({ peft_type: 'LORA' }, IDENTITY, tensors(8)).notes).toStrictEqual([])
    expect(adapterFromPeft({ peft_type: 'LORA', r: 8 }, IDENTITY).adapter.lora_config).toStrictEqual({ rank: 8 })
    expect(adapterFromPeft({ peft_type: 'MULTITASK_PROMPT_TUNING' }, IDENTITY).adapter.finetuning_type).toBe(
      'prompt_tuning',
    )
  })

  it('has 8 for the rank of AdaLoRA without one, which is the default of PEFT', () => {
    const { adapter, notes } = adapterFromPeft({ peft_type: 'ADALORA', init_r: 8 }, IDENTITY)
    expect(adapter.lora_config).toStrictEqual({ rank: 8 })
    expect(notes).toStrictEqual([])
    expect(adapterFromPeft({ peft_type: 'ADALORA' }, IDENTITY, tensors(12)).notes).toStrictEqual([])
  })

  it('says that the encoder of a prompt is not stored', () => {
    const note = 'parameters are those of the stored prompt; training also has an encoder, which PEFT does not store'
    expect(adapterFromPeft({ peft_type: 'P_TUNING' }, IDENTITY, tensors(8)).notes).toStrictEqual([note])
    expect(adapterFromPeft({ peft_type: 'P_TUNING' }, IDENTITY).notes).toStrictEqual([])
    expect(adapterFromPeft({ peft_type: 'PROMPT_TUNING' }, IDENTITY, tensors(8)).notes).toStrictEqual([])
  })

  it('names one module of another rank, and counts them all', () => {
    const stored = (...names: string[]) =>
      new Map(names.map((name) => [name, { dtype: 'F32', shape: [8, 4] }] as const))
    const notes = (config: object, names: string[]) =>
      adapterFromPeft({ ...LORA, ...config }, IDENTITY, stored(...names)).notes
    expect(
      notes({}, ['a.lora_A.default.weight', 'b.lora_embedding_A', 'c.lora_B.weight', 'd.lora_A.x.y.weight']),
    ).toStrictEqual(['2 of 2 modules have a rank other than 16: a has 8, but there is no rank_pattern'])
    for (const rank_pattern of [{}, null, 5])
      expect(notes({ rank_pattern }, ['a.lora_A'])[0]).toContain('no rank_pattern')
    expect(notes({ rank_pattern: {} }, ['a.lora_A'])).toStrictEqual([
      '1 of 1 modules have a rank other than 16: a has 8, but there is no rank_pattern',
    ])
    expect(notes({ rank_pattern: { a: 8 } }, ['a.lora_A'])).toStrictEqual([
      '1 of 1 modules have a rank other than 16: a has 8 (rank_pattern)',
    ])
    // A stack of experts has several times the rank.
    const other = (r: number, target_parameters: unknown) => notes({ r, target_parameters }, ['a.lora_A']).length
    expect([other(4, ['x']), other(3, ['x']), other(16, ['x']), other(4, []), other(4, 'x')]).toStrictEqual([
      0, 1, 1, 1, 1,
    ])
  })

  it('counts no weight of the base model under any name that PEFT copies', () => {
    const copied = ['embed_tokens', 'word_embeddings', 'wte', 'lm_head', 'embed_out', 'shared'].map(
      (name) => `m.${name}.weight`,
    )
    const counted = ['m.xwte.weight', 'm.wte.weight.x', 'm.wte.bias']
    const names = [...copied, 'shared.weight', 'm.q.base_layer.weight', ...counted]
    const stored = new Map(names.map((name) => [name, { dtype: 'F32', shape: [2] }] as const))
    const { parameters, notes } = adapterFromPeft({ ...LORA, modules_to_save: 'wte' }, IDENTITY, stored)
    expect(parameters).toBe(2 * counted.length)
    expect(notes).toStrictEqual([
      `not counted: ${names.slice(0, 8).join(', ')}, which PEFT copies from the base model beside an adapter of embeddings`,
    ])
  })

  it('does not count embeddings that are stored beside the adapter, unless they are trained', () => {
    const stored = new Map([
      ...tensors(16),
      ['base_model.model.model.embed_tokens.weight', { dtype: 'F32', shape: [10, 64] }] as const,
    ])
    const { parameters, notes } = adapterFromPeft(LORA, IDENTITY, stored)
    expect(parameters).toBe(2048)
    expect(notes).toStrictEqual([expect.stringContaining('embed_tokens.weight, which PEFT copies')])
    expect(adapterFromPeft({ ...LORA, modules_to_save: ['embed_tokens'] }, IDENTITY, stored).parameters).toBe(2688)
  })

  it('says that a fraction of alpha cannot be kept', () => {
    const { adapter, notes } = adapterFromPeft({ ...LORA, lora_alpha: 22.5 }, IDENTITY)
    expect(adapter.lora_config).toStrictEqual({ rank: 16 })
    expect(notes).toStrictEqual(['alpha is left out: lora_alpha is 22.5, and the registry only stores integers'])
  })

  it.each<[settings: object, note: string]>([
    [
      { use_rslora: true, lora_alpha: 16, r: 4 },
      'use_rslora: updates are scaled by alpha / √rank, 8, which lora_config cannot say',
    ],
    [{ alpha_pattern: { q_proj: 64 } }, 'alpha_pattern gives some modules another alpha than 32'],
    [
      { modules_to_save: ['lm_head'] },
      'beside the adapter, whole modules are trained and stored: lm_head (modules_to_save)',
    ],
    [
      { trainable_token_indices: [3] },
      'trainable_token_indices: the embeddings of some tokens are trained and stored too',
    ],
    [{ alora_invocation_tokens: [3] }, 'alora_invocation_tokens: the adapter only acts after these tokens'],
    [
      { layer_replication: [[0, 2]] },
      'layer_replication: layers of the base model are repeated, so the adapted model has more layers than its base',
    ],
  ])('says what a rank and an alpha cannot: %j', (settings, note) => {
    expect(adapterFromPeft({ ...LORA, ...settings }, IDENTITY).notes).toStrictEqual([note])
  })

  it('says so of LoRA and DoRA only', () => {
    const settings = { use_rslora: true, lora_alpha: 16, r: 4, modules_to_save: ['lm_head', 5, 'score'] }
    const notes = [
      'use_rslora: updates are scaled by alpha / √rank, 8, which lora_config cannot say',
      'beside the adapter, whole modules are trained and stored: lm_head, score (modules_to_save)',
    ]
    const notesOf = (config: object) => adapterFromPeft({ ...LORA, ...settings, ...config }, IDENTITY).notes
    expect(notesOf({})).toStrictEqual(notes)
    expect(notesOf({ use_dora: true })).toStrictEqual(notes)
    for (const peft_type of ['PREFIX_TUNING', 'PROMPT_TUNING', 'P_TUNING'])
      expect(notesOf({ peft_type })).toStrictEqual([])
    expect(notesOf({ peft_type: 'ADALORA', target_r: 4 })).toStrictEqual([])
    // Without a rank or an alpha there is no scale to speak of.
    for (const missing of ['r', 'lora_alpha']) expect(notesOf({ [missing]: undefined })).toStrictEqual(notes.slice(1))
    expect(notesOf({ use_rslora: 'yes' })).toStrictEqual(notes.slice(1))
    expect(notesOf({ lora_alpha: 10, r: 7, modules_to_save: [] })).toStrictEqual([
      'use_rslora: updates are scaled by alpha / √rank, 3.78, which lora_config cannot say',
    ])
    expect(adapterFromPeft({ peft_type: 'LORA', alpha_pattern: { a: 1 } }, IDENTITY).notes).toStrictEqual([
      'alpha_pattern gives some modules another alpha than lora_alpha',
    ])
  })

  it('says that a projection of prefixes is not stored', () => {
    const note = 'parameters are those of the stored prompt; training also has an encoder, which PEFT does not store'
    const prefix = { peft_type: 'PREFIX_TUNING', prefix_projection: true }
    expect(adapterFromPeft(prefix, IDENTITY, tensors(8)).notes).toStrictEqual([note])
    expect(adapterFromPeft(prefix, IDENTITY).notes).toStrictEqual([])
    expect(adapterFromPeft({ ...prefix, prefix_projection: 'yes' }, IDENTITY, tensors(8)).notes).toStrictEqual([])
  })

  it('says nothing of settings that are at their defaults', () => {
    const defaults = { use_rslora: false, alpha_pattern: {}, modules_to_save: null, trainable_token_indices: null }
    expect(adapterFromPeft({ ...LORA, ...defaults, layer_replication: null }, IDENTITY).notes).toStrictEqual([])
  })

  it('does not send anyone to merge what cannot be merged', () => {
    for (const peft_type of ['ADAPTION_PROMPT', 'CARTRIDGE', 'CPT', 'POLY', 'XLORA'])
      expect(() => adapterFromPeft({ peft_type }, IDENTITY)).toThrow(
        expect.objectContaining({
          help: 'supported types: LORA, ADALORA, PROMPT_TUNING, MULTITASK_PROMPT_TUNING, PREFIX_TUNING, P_TUNING. This type cannot be merged into its base model: serve it with PEFT itself',
        }),
      )
  })

  it('refuses a config without a kind, and a kind that the registry has no word for', () => {
    expect(() => adapterFromPeft({}, IDENTITY)).toThrow(
      expect.objectContaining({
        code: 'missing_field',
        message: 'adapter_config.json has no peft_type',
        place: ['adapter_config.json', 'peft_type'],
      }),
    )
    for (const name of ['constructor', 'LOHA'])
      expect(() => adapterFromPeft({ peft_type: name }, IDENTITY)).toThrow(
        expect.objectContaining({
          code: 'invalid_field',
          message: `peft_type is "${name}", which the registry does not support`,
          place: ['adapter_config.json', 'peft_type'],
          help: 'supported types: LORA, ADALORA, PROMPT_TUNING, MULTITASK_PROMPT_TUNING, PREFIX_TUNING, P_TUNING. Merge the adapter into its base model (merge_and_unload of PEFT), and register the result',
        }),
      )
  })
})
