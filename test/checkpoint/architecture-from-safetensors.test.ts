import { describe, expect, it } from 'vitest'
import { foldedLinearLayers, foldedParameters, linearLayers, totalParameters } from '../../src/architecture/index.js'
import { unknownNote } from '../../src/checkpoint/architecture-from-safetensors.js'
import { architectureFromSafetensors } from '../../src/checkpoint/index.js'
import type { StoredTensor } from '../../src/checkpoint/safetensors-header.js'
import { readRecords } from '../architecture/records.js'
import { headersOfRecord } from './headers-of-record.js'

const RECORDS = readRecords('public.jsonl.gz').map((record) => [record.name, record] as const)

describe('The headers alone tell', () => {
  it.each(RECORDS)('total, shapes and linear layers of %s as transformers has them', (_, record) => {
    const stored = architectureFromSafetensors(headersOfRecord(record))
    const untied = Object.entries(record.linear_layers).filter(([name]) => record.tied[`${name}.weight`] === undefined)
    expect(totalParameters(stored)).toBe(record.total_parameters)
    expect(Object.fromEntries(foldedParameters(stored))).toStrictEqual(record.parameters)
    expect(Object.fromEntries(foldedLinearLayers(stored))).toStrictEqual(Object.fromEntries(untied))
  })

  it('the linear layers of a family that nobody knows', () => {
    const tensors = new Map([
      ['brain.embed_tokens.weight', { dtype: 'BF16', shape: [1000, 64], offsets: [0, 128_000] }],
      ['brain.layers.0.mix.weight', { dtype: 'BF16', shape: [256, 64], offsets: [128_000, 160_768] }],
      ['brain.layers.0.norm.weight', { dtype: 'BF16', shape: [64], offsets: [160_768, 160_896] }],
    ] as const)
    const stored = architectureFromSafetensors([{ tensors }])
    expect([...linearLayers(stored)]).toStrictEqual([
      { name: 'brain.layers.0.mix', inFeatures: 64, outFeatures: 256, stored: 'Linear' },
    ])
    expect(totalParameters(stored)).toBe(64_000 + 16_384 + 64)
  })

  it('nothing of a name that is nested beyond reason', () => {
    const tensors = new Map([['a.'.repeat(100_000), { dtype: 'BF16', shape: [1], offsets: [0, 2] } as const]])
    expect(() => architectureFromSafetensors([{ tensors }])).toThrow('100001 levels')
  })

  it('a module called __proto__ as a module like any other', () => {
    const tensors = new Map([['__proto__.weight', { dtype: 'BF16', shape: [2, 3], offsets: [0, 12] } as const]])
    expect([...linearLayers(architectureFromSafetensors([{ tensors }]))]).toMatchObject([{ name: '__proto__' }])
  })

  it('layers in the order of their numbers, whatever the order of the file', () => {
    const layer = (index: number) =>
      [`m.layers.${index}.a.weight`, { dtype: 'BF16', shape: [2, 3], offsets: [0, 12] }] as const
    const stored = architectureFromSafetensors([{ tensors: new Map([10, 2, 0, 1].map(layer)) }])
    expect(stored.root.children?.['m']?.children?.['layers']?.items?.map(({ indices }) => indices)).toStrictEqual([
      [0, 1, 2, 10],
    ])
  })
})

type Shapes = Readonly<Record<string, readonly number[]>>

function checkpointOf(shapes: Shapes) {
  const tensors = Object.entries(shapes).map(
    ([name, shape]) => [name, { dtype: 'BF16', shape, offsets: [0, 0] }] as const,
  )
  return architectureFromSafetensors([{ tensors: new Map(tensors) }])
}

/** The module of one name at the top. */
const moduleOf = (name: string, shapes: Shapes) =>
  checkpointOf(Object.fromEntries(Object.entries(shapes).map(([end, shape]) => [`${name}.${end}`, shape]))).root
    .children?.[name]

describe('The kind of a module', () => {
  it.each<[name: string, shapes: Shapes, type: string]>([
    ['x', { weight: [8] }, 'Norm'],
    ['x', { weight: [4, 8] }, 'Linear'],
    ['x', { weight: [4, 8, 2] }, 'Conv1d'],
    ['x', { weight: [4, 8, 2, 2] }, 'Module'],
    ['x', { bias: [4] }, 'Module'],
    ['x', { 'y.weight': [4] }, 'Container'],
    ['wte', { weight: [8] }, 'Norm'],
    ['wte', { weight: [4, 8, 2] }, 'Conv1d'],
    ['c_fc', { weight: [4, 8] }, 'Conv1D'],
    ['router', { weight: [4, 8] }, 'Linear'],
    // The router of gpt-oss has a bias, and is no linear layer.
    ['router', { weight: [4, 8], bias: [4] }, 'Module'],
    ['gate', { weight: [4, 8] }, 'Linear'],
    ['gate', { weight: [4, 8], bias: [4] }, 'Linear'],
    ['gate', { weight: [4, 8], e_score_correction_bias: [4] }, 'Module'],
  ])('%s with %j is %s', (name, shapes, type) => expect(moduleOf(name, shapes)?.type).toBe(type))

  it.each([
    ...[
      'wte',
      'wpe',
      'shared',
      'embed_tokens',
      'embed_positions',
      'embed_in',
      'embed_tokens_per_layer',
      'word_embeddings',
    ],
    ...[
      'word_embedding',
      'wordembedding',
      'position_embeddings',
      'token_type_embeddings',
      'tok_embeddings',
      'rel_embeddings',
    ],
    ...['embeddings', 'embedding', 'relative_attention_bias', 'backbone_embeddings'],
  ])('%s is an embedding, and no linear layer', (name) => {
    const module = moduleOf(name, { weight: [10, 8] })
    expect(structuredClone(module)).toStrictEqual({
      type: 'Embedding',
      parameters: { weight: [10, 8] },
      part: 'embedding',
    })
  })

  it.each(['xwte', 'wte2', 'embed_out', 'my_embeddings', 'embeddings_project'])('%s is a linear layer', (name) => {
    expect(moduleOf(name, { weight: [10, 8] })?.linear).toStrictEqual({
      ...{ inFeatures: 8, outFeatures: 10, stored: 'Linear' },
    })
  })

  it.each<[name: string, bias: number | undefined, place: string, stored: string]>([
    // GPT-2 stores [inputs, outputs], with a bias for each output.
    ['c_attn', 24, 'h.0.attn', 'Conv1D'],
    ['c_proj', 24, 'h.0.attn', 'Conv1D'],
    ['q_attn', 24, 'h.0.attn', 'Conv1D'],
    ['c_fc', 24, 'layers.0.mlp', 'Conv1D'],
    ['c_fc', undefined, 'h.0.mlp', 'Conv1D'],
    // StarCoder 2 stores [outputs, inputs] under the same names.
    ['c_fc', 8, 'h.0.mlp', 'Linear'],
    ['c_fc', undefined, 'layers.0.mlp', 'Linear'],
    ['xc_fc', 24, 'h.0.mlp', 'Linear'],
    ['c_fc2', 24, 'h.0.mlp', 'Linear'],
  ])('%s with a bias of %s in %s is stored as %s', (name, bias, place, stored) => {
    const at = `m.${place}.${name}`
    const shapes = { [`${at}.weight`]: [8, 24], ...(bias !== undefined && { [`${at}.bias`]: [bias] }) }
    const [inFeatures, outFeatures] = stored === 'Conv1D' ? [8, 24] : [24, 8]
    expect([...linearLayers(checkpointOf(shapes))]).toStrictEqual([{ name: at, inFeatures, outFeatures, stored }])
  })

  it.each<[what: string, beside: Shapes, isLinear: boolean]>([
    ['experts one by one', { 'experts.0.up.weight': [4, 8] }, true],
    ['experts in one tensor', { 'experts.up': [2, 4, 8] }, false],
    ['shared experts', { 'shared_experts.up.weight': [4, 8] }, false],
    ['shared experts and the correction of ERNIE', { 'shared_experts.up.weight': [4, 8], 'moe_statics.x': [4] }, true],
  ])('a gate beside %s is a linear layer: %s', (_, beside, isLinear) => {
    const shapes = Object.entries({ 'gate.weight': [4, 8], ...beside }).map(([name, shape]) => [`m.${name}`, shape])
    const names = [...linearLayers(checkpointOf(Object.fromEntries(shapes)))].map(({ name }) => name)
    expect(names.includes('m.gate')).toBe(isLinear)
  })
})

describe('The part of a model', () => {
  it.each<[part: string | undefined, names: readonly string[]]>([
    ['head', ['lm_head', 'embed_out', 'output_projection', 'score', 'classifier', 'cls']],
    ['embedding', ['embed', 'embeddings', 'wte']],
    [
      'attention',
      [
        ...['self_attn', 'attn', 'attention', 'self_attention', 'cross_attn', 'SelfAttention', 'EncDecAttention'],
        'encoder_attn',
      ],
    ],
    ['experts', ['experts', 'block_sparse_moe', 'shared_expert', 'shared_experts']],
    ['mamba', ['mamba', 'mixer', 'linear_attn']],
    ['mlp', ['mlp', 'feed_forward', 'ffn', 'ff', 'DenseReluDense', 'intermediate']],
    ['norm', ['input_layernorm', 'LayerNorm', 'norm', 'ln_f', 'ln_1']],
    [
      undefined,
      ['xlm_head', 'lm_head2', 'embeds', 'xembed', 'xattn', 'attn2', 'expert', 'xexperts', 'mixers', 'xmamba'],
    ],
    [undefined, ['mlps', 'xmlp', 'xln_f', 'layers', 'ln']],
  ])('is %s by the names %j', (part, names) => {
    for (const name of names) expect(moduleOf(name, { 'a.b': [1] })?.part, name).toBe(part)
  })
})

describe('A module', () => {
  it('has only what there is of it', () => {
    // The copy has ordinary prototypes.
    expect(
      structuredClone(
        checkpointOf({ 'a.0.x': [1], 'a.b.y': [2], 'a.z': [3], 'a.00.x': [4], 'a.1234567890.x': [5] }).root,
      ),
    ).toStrictEqual({
      type: 'Container',
      children: {
        a: {
          type: 'Module',
          parameters: { z: [3] },
          children: {
            b: { type: 'Module', parameters: { y: [2] } },
            '00': { type: 'Module', parameters: { x: [4] } },
            '1234567890': { type: 'Module', parameters: { x: [5] } },
          },
          items: [{ indices: [0], module: { type: 'Module', parameters: { x: [1] } } }],
        },
      },
    })
  })

  it('is not made for a buffer, and a buffer beside a gate makes no router of it', () => {
    const gate = { 'm.mlp.gate.weight': [4, 8] }
    const buffers = { 'm.mlp.gate.input_scale': [1], 'm.rotary_emb.inv_freq': [4] }
    const { root } = checkpointOf({ ...gate, ...buffers })
    expect(Object.keys(root.children?.['m']?.children ?? {})).toStrictEqual(['mlp'])
    expect([...linearLayers({ root })].map(({ name }) => name)).toStrictEqual(['m.mlp.gate'])
    const corrected = checkpointOf({ ...gate, 'm.mlp.gate.e_score_correction_bias': [4] })
    expect([...linearLayers(corrected)]).toStrictEqual([])
    expect(totalParameters(corrected)).toBe(32)
  })

  it('of 64 levels is read, and a deeper one is refused with its place', () => {
    const name = (levels: number) => Array.from({ length: levels }, () => 'a').join('.')
    expect(totalParameters(checkpointOf({ [name(64)]: [3] }))).toBe(3)
    expect(() => checkpointOf({ [name(65)]: [3] })).toThrow(
      expect.objectContaining({
        code: 'invalid_header',
        message: "a tensor's name has 65 levels; at most 64 are allowed",
        place: [`${name(65).slice(0, 60)}…`],
      }),
    )
  })
})

describe('The notes', () => {
  const HEAD = { 'lm_head.weight': [10, 8] }

  it('say whether an output embedding is stored', () => {
    const note = 'no output embedding is stored: either the model has none, or it is tied to the input embedding'
    for (const name of ['lm_head', 'm.lm_head', 'embed_out'])
      expect(checkpointOf({ [`${name}.weight`]: [2, 2] }).notes).toStrictEqual([])
    for (const name of ['xlm_head.weight', 'lm_head.weight2', 'lm_head.bias'])
      expect(checkpointOf({ [name]: [2, 2] }).notes).toStrictEqual([note])
  })

  it('count the tensors that are not parameters, and name three', () => {
    const buffers = [0, 1, 2, 3].map((layer) => [`h.${layer}.rotary_emb.inv_freq`, [4]])
    expect(checkpointOf({ ...HEAD, ...Object.fromEntries(buffers) }).notes).toStrictEqual([
      '4 stored tensors are not parameters (buffers, scales): h.0.rotary_emb.inv_freq, h.1.rotary_emb.inv_freq, h.2.rotary_emb.inv_freq',
    ])
  })

  it('name the schemes of weights without a shape, and count those whose bits are assumed', () => {
    const rows: [name: string, dtype: StoredTensor['dtype'], shape: readonly number[]][] = [
      ...['a', 'b'].flatMap((name): typeof rows => [
        [`${name}.weight`, 'U8', [32, 1]],
        [`${name}.weight.quant_state.bitsandbytes__nf4`, 'U8', [83]],
      ]),
      ['c.weight._data._data', 'U8', [16, 8]],
      ['d.weight_packed', 'I32', [16, 8]],
      ['lm_head.weight', 'BF16', [2, 2]],
    ]
    const tensors = new Map(rows.map(([name, dtype, shape]) => [name, { dtype, shape, offsets: [0, 8] } as const]))
    expect(architectureFromSafetensors([{ tensors }]).notes).toStrictEqual([
      '3 weights (bitsandbytes-4bit, quanto) have a known size but an unknown shape: it is stored in the data',
      'assumed 4 bits for 2 packed weights: only a config says how many bits they have',
    ])
  })

  it('count the packed integers that are not understood', () => {
    const unknown = (count: number) =>
      unknownNote(
        Array.from({ length: count }, (_, index) => ({ name: `t${index}`, dtype: 'I32', bytes: 10 * (index + 1) })),
      )
    expect(unknown(1)).toBe('not understood: 10 bytes in 1 tensor of packed integers (t0); they are not counted')
    expect(unknown(4)).toBe(
      'not understood: 100 bytes in 4 tensors of packed integers (t0, t1, t2); they are not counted',
    )
  })
})
