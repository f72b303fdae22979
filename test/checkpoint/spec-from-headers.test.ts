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
})
