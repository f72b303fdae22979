import { describe, expect, it } from 'vitest'
import type { LogicalParameter, LogicalParameters } from '../../../src/checkpoint/logical-parameters.js'
import { differencesOf } from '../../../src/checkpoint/read/differences.js'
import type { Checkpoint } from '../../../src/checkpoint/read/read-checkpoint.js'

type Row = Partial<LogicalParameter> & { readonly name: string }

const storageOf = (rows: readonly Row[], unknown: LogicalParameters['unknown'] = []): LogicalParameters => {
  return {
    parameters: rows.map((row) => ({ shape: [2, 3], dtype: 'BF16', storedBytes: 12, bits: 16, ...row })),
    others: [],
    unknown,
    storedElements: new Map(),
  }
}
const storedOf = (...args: Parameters<typeof storageOf>): Checkpoint => {
  return {
    stored: { root: { type: 'x' }, storage: storageOf(...args), notes: [] },
    notes: [],
    settings: {},
  } as Checkpoint
}
const checkpointOf = (fields: object): Checkpoint => ({ notes: [], ...fields }) as Checkpoint
const differences = (before: Checkpoint, after: Checkpoint, files: readonly [object, object] = [{}, {}]) =>
  differencesOf(
    { checkpoint: before, tokenizerFiles: new Map(Object.entries(files[0])) },
    { checkpoint: after, tokenizerFiles: new Map(Object.entries(files[1])) },
  )

describe('the differences between two configs', () => {
  const config = (before: object, after: object) =>
    differences(checkpointOf({ config: before }), checkpointOf({ config: after })).config

  it('are fields, by their paths in order, with the value of each side that has one', () => {
    expect(
      config({ b: 1, a: { x: 1, y: 2 }, c: [1, 2], e: {} }, { a: { x: 1, z: 3 }, b: 2, c: [2, 1], e: {} }),
    ).toStrictEqual([
      { field: 'a.y', before: 2 },
      { field: 'a.z', after: 3 },
      { field: 'b', before: 1, after: 2 },
      { field: 'c', before: [1, 2], after: [2, 1] },
    ])
  })

  it('tell an empty object from one with fields, and null from nothing', () => {
    expect(config({ a: {}, b: null }, { a: { x: 1 } })).toStrictEqual([
      { field: 'a', before: {} },
      { field: 'a.x', after: 1 },
      { field: 'b', before: null },
    ])
  })

  it('are as a whole where they are deeper than any config', () => {
    const nested = (levels: number, end: unknown): object => (levels === 0 ? { end } : { a: nested(levels - 1, end) })
    const path = (levels: number) => Array.from({ length: levels }, () => 'a').join('.')
    expect(config(nested(12, 1), nested(12, 2))).toStrictEqual([{ field: `${path(12)}.end`, before: 1, after: 2 }])
    expect(config(nested(13, 1), nested(13, 2))).toStrictEqual([
      { field: path(13), before: { end: 1 }, after: { end: 2 } },
    ])
  })

  it('are none where a config comes from, at any depth', () => {
    const from = (name: string) => ({
      _name_or_path: name,
      name_or_path: name,
      transformers_version: name,
      a: { _name_or_path: name },
    })
    expect(config(from('x'), from('y'))).toStrictEqual([])
  })
})

describe('the differences between tensors', () => {
  const tensors = (before: readonly Row[], after: readonly Row[]) =>
    differences(storedOf(before), storedOf(after)).tensors

  it('are names, shapes and formats', () => {
    const quantised = { scheme: 'gptq', bits: 4 } as const
    expect(
      tensors(
        [{ name: 'a' }, { name: 'b' }, { name: 'c' }, { name: 'd', ...quantised }, { name: 'e', isFlat: true }],
        [
          { name: 'b', shape: [3, 2] },
          { name: 'c', dtype: 'F32' },
          { name: 'd' },
          { name: 'e', shape: [6] },
          { name: 'f' },
        ],
      ),
    ).toStrictEqual({
      added: ['f'],
      removed: ['a'],
      reshaped: [{ name: 'b', before: [2, 3], after: [3, 2] }],
      restored: [
        { name: 'c', before: 'BF16', after: 'F32' },
        { name: 'd', before: 'gptq, 4 bits', after: 'BF16' },
      ],
    })
    expect(tensors([{ name: 'a' }], [{ name: 'a', shape: [6], isFlat: true }])?.reshaped).toStrictEqual([])
  })

  it('are none where one has a prefix that the other lacks', () => {
    const none = { added: [], removed: [], reshaped: [], restored: [] }
    const [bare, full] = [
      [{ name: 'a.x' }, { name: 'b.x' }, { name: 'head' }],
      [{ name: 'm.a.x' }, { name: 'm.b.x' }, { name: 'head' }],
    ]
    expect(tensors(bare, full)).toStrictEqual(none)
    expect(tensors(full, bare)).toStrictEqual(none)
    expect(tensors([{ name: 'x.a' }], [{ name: 'y.a' }])).toStrictEqual({ ...none, added: ['y.a'], removed: ['x.a'] })
  })

  it('see through the prefixes of the first eight modules at the top', () => {
    // Only taking off, or adding, the prefix of the last module makes the names those of the other checkpoint.
    const names = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `m${index}.x` }))
    const parts = [{ name: 'a' }, { name: 'b' }]
    const wrapped = (count: number) => [...names(count - 1), ...parts.map(({ name }) => ({ name: `last.${name}` }))]
    expect(tensors(wrapped(8), parts)?.added).toStrictEqual([])
    expect(tensors(wrapped(9), parts)?.added).toStrictEqual(['a', 'b'])
    expect(tensors(parts, wrapped(8))?.removed).toStrictEqual([])
    expect(tensors(parts, wrapped(9))?.removed).toStrictEqual(['a', 'b'])
  })

  it('are known only if both have headers, and notes say what is not compared', () => {
    const weights = 'weights are not compared: only names, shapes and formats of tensors'
    const one = 'tensors are not compared: only one of the two has safetensors files'
    const unknown = 'some weights are stored in an unknown format, and count as missing'
    const [with1, without] = [storedOf([{ name: 'a' }]), checkpointOf({})]
    const odd = storedOf([], [{ name: 'b', dtype: 'I32', bytes: 4 }])
    expect(differences(with1, with1).notes).toStrictEqual([weights])
    expect(differences(without, without).notes).toStrictEqual([])
    expect(differences(with1, without).notes).toStrictEqual([one])
    expect(differences(with1, odd).notes).toStrictEqual([weights, unknown])
    expect(differences(odd, without).notes).toStrictEqual([one, unknown])
    expect(differences(with1, without)).not.toHaveProperty('tensors')
  })
})

describe('the differences between two checkpoints', () => {
  const NONE = { same: true, config: [], spec: [], tokenizer: [], adapter: [], notes: [] }
  const layer = (name: string, size: number) => ({ name, in_features: size, out_features: 2 })

  it('are those of the spec, and of its layers where no tensors are compared', () => {
    const spec = (fields: object) =>
      checkpointOf({ spec: { checkpoint_model_name: 'x', linear_layers: [], ...fields } })
    expect(differences(spec({}), spec({ checkpoint_model_name: 'y' }))).toStrictEqual(NONE)
    expect(differences(spec({ num_layers: 1 }), spec({ num_layers: 2 }))).toStrictEqual({
      ...{ ...NONE, same: false, spec: [{ field: 'num_layers', before: 1, after: 2 }] },
    })
    const [wide, narrow] = [8, 4].map((size) => ({ linear_layers: [layer('q', size)] }))
    const found = [{ field: 'linear_layers.q', before: [8, 2], after: [4, 2] }]
    expect(differences(spec(wide ?? {}), spec(narrow ?? {})).spec).toStrictEqual(found)
    expect(differences(checkpointOf({ partialSpec: wide }), checkpointOf({ partialSpec: narrow })).spec).toStrictEqual(
      found,
    )
    const both = storedOf([{ name: 'a' }])
    expect(differences({ ...both, ...spec(wide ?? {}) }, { ...both, ...spec(narrow ?? {}) }).spec).toStrictEqual([])
  })

  it('are those of chat templates', () => {
    const template = (chat_template: string | null | undefined) => checkpointOf({ spec: { chat_template } })
    expect(differences(template('a'), template('a'))).toStrictEqual(NONE)
    expect(differences(template(null), template(undefined))).toStrictEqual(NONE)
    expect(differences(template('a'), template('b'))).toStrictEqual({
      ...{ ...NONE, same: false, chatTemplate: { before: 'a', after: 'b' } },
    })
    expect(differences(template('a'), template(undefined)).chatTemplate).toStrictEqual({ before: 'a' })
    expect(differences(template(null), template('b')).chatTemplate).toStrictEqual({ after: 'b' })
    expect(differences(template('a'), checkpointOf({ partialSpec: { chat_template: 'b' } })).same).toBe(false)
  })

  it('are those of adapters', () => {
    const adapter = (rank: number, more: object = {}) =>
      checkpointOf({
        adapter: { adapter: { finetuning_type: 'lora', lora_config: { rank } }, parameters: 5, notes: [], ...more },
      })
    expect(differences(adapter(8), adapter(8))).toStrictEqual(NONE)
    expect(differences(adapter(8, { baseModel: 'a' }), adapter(4, { baseModel: 'b', modules: 2 }))).toStrictEqual({
      ...NONE,
      same: false,
      adapter: [
        { field: 'baseModel', before: 'a', after: 'b' },
        { field: 'lora_config.rank', before: 8, after: 4 },
        { field: 'modules', after: 2 },
      ],
    })
    const bare = checkpointOf({ adapter: { adapter: { finetuning_type: 'p_tuning' }, notes: [] } })
    expect(differences(checkpointOf({}), bare).adapter).toStrictEqual([{ field: 'finetuning_type', after: 'p_tuning' }])
  })

  it('are those of the files of the tokenizer', () => {
    expect(differences(checkpointOf({}), checkpointOf({}), [{ 'a.json': '1' }, { 'a.json': '2' }])).toStrictEqual({
      ...{ ...NONE, same: false, tokenizer: [{ field: 'a.json', before: '1', after: '2' }] },
    })
  })

  it('are those of tensors', () => {
    expect(differences(storedOf([{ name: 'a' }]), storedOf([{ name: 'a' }])).same).toBe(true)
    for (const row of [{ name: 'b' }, { name: 'a', shape: [1] }, { name: 'a', dtype: 'F32' as const }])
      expect(differences(storedOf([{ name: 'a' }]), storedOf([row])).same).toBe(false)
  })
})
