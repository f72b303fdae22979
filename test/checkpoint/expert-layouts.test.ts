import { describe, expect, it } from 'vitest'
import { expertsAsExpected, type FoundTensor } from '../../src/checkpoint/expert-layouts.js'

function tensors(shapes: Readonly<Record<string, readonly number[]>>): Map<string, FoundTensor> {
  return new Map(
    Object.entries(shapes).map(([name, shape]) => [
      `m.${name}`,
      { stored: name, shape, isFlat: false, isQuantised: true },
    ]),
  )
}

function names(
  shapes: Readonly<Record<string, readonly number[]>>,
  expected: Readonly<Record<string, readonly number[]>>,
) {
  const wanted = new Map(Object.entries(expected).map(([name, shape]) => [`m.${name}`, shape]))
  return Object.fromEntries(
    [...expertsAsExpected(tensors(shapes), wanted)].map(([name, { shape, stored, isFlat }]) => {
      return [name, `${stored} ${JSON.stringify(shape)}${isFlat ? ' flat' : ''}`]
    }),
  )
}

describe('tensors of experts', () => {
  it('stored one by one are added up to the fused tensors that the model has', () => {
    const shapes = {
      'experts.0.gate_proj.weight': [4, 8],
      'experts.0.up_proj.weight': [4, 8],
      'experts.0.down_proj.weight': [8, 4],
      'experts.1.w1.weight': [4, 8],
      'experts.1.w3.weight': [4, 8],
      'experts.1.w2.weight': [8, 4],
      'experts.1.w2.bias': [8],
    }
    const expected = {
      'experts.gate_up_proj': [2, 8, 8],
      'experts.down_proj': [2, 8, 4],
      'experts.down_proj_bias': [2, 8],
    }
    expect(names(shapes, expected)).toStrictEqual({
      'm.experts.gate_up_proj': 'experts.0.gate_proj.weight [128] flat',
      'm.experts.down_proj': 'experts.0.down_proj.weight [64] flat',
      'm.experts.down_proj_bias': 'experts.1.w2.bias [8] flat',
    })
  })

  it('stacked by projection are listed one by one where the model has them so, under its names', () => {
    const shapes = { 'switch_mlp.up_proj.weight': [2, 4, 8], 'experts.down_proj.weight': [2, 8, 4] }
    const expected = { 'experts.0.w3.weight': [4, 8], 'experts.0.down_proj.weight': [8, 4] }
    expect(names(shapes, expected)).toStrictEqual({
      'm.experts.0.w3.weight': 'switch_mlp.up_proj.weight [4,8]',
      'm.experts.1.w3.weight': 'switch_mlp.up_proj.weight [4,8]',
      'm.experts.0.down_proj.weight': 'experts.down_proj.weight [8,4]',
      'm.experts.1.down_proj.weight': 'experts.down_proj.weight [8,4]',
    })
  })

  it('are at most 4,096, whatever a header says', () => {
    const listed = names({ 'switch_mlp.up_proj.weight': [5000, 4, 8] }, { 'experts.0.up_proj.weight': [4, 8] })
    expect(Object.keys(listed)).toHaveLength(4096)
  })

  it('stay as they are where the model has them so, or has none', () => {
    const shapes = { 'experts.0.up_proj.weight': [4, 8], 'switch_mlp.up_proj.weight': [2, 4, 8] }
    expect(
      Object.keys(names(shapes, { 'experts.0.up_proj.weight': [4, 8], 'experts.gate_up_proj': [9] })),
    ).toStrictEqual(['m.experts.0.up_proj.weight', 'm.experts.gate_up_proj'])
    expect(Object.keys(names(shapes, {}))).toStrictEqual(['m.experts.0.up_proj.weight', 'm.switch_mlp.up_proj.weight'])
  })

  it('one by one are listed under the names of the model, in its module of experts', () => {
    // llmcompressor 0.14 writes Mixtral's experts like this; the family's own files have `w3`.
    expect(names({ 'experts.1.up_proj.weight': [4, 8] }, { 'experts.0.w3.weight': [4, 8] })).toStrictEqual({
      'm.experts.1.w3.weight': 'experts.1.up_proj.weight [4,8]',
    })
    const wanted = { 'block_sparse_moe.experts.0.w2.weight': [4, 8] }
    expect(names({ 'mlp.experts.3.down_proj.weight': [4, 8] }, wanted)).toStrictEqual({
      'm.block_sparse_moe.experts.3.w2.weight': 'mlp.experts.3.down_proj.weight [4,8]',
    })
  })

  it.each(['mlp', 'block_sparse_moe', 'feed_forward'])(
    'and their router are found in the module %s of the model',
    (own) => {
      const wanted = { [`l.${own}.experts.0.w2.weight`]: [4, 8], [`l.${own}.gate.weight`]: [2, 8] }
      for (const other of ['mlp.', 'block_sparse_moe.', 'feed_forward.', '']) {
        const stored = {
          [`l.${other}experts.3.down_proj.weight`]: [4, 8],
          ...(other && { [`l.${other}gate.weight`]: [2, 8] }),
        }
        expect(Object.keys(names(stored, wanted))).toStrictEqual([
          `m.l.${own}.experts.3.w2.weight`,
          ...(other && [`m.l.${own}.gate.weight`]),
        ])
      }
      // Other modules, and other tensors of the same module, stay as they are.
      for (const name of [
        'l.xmlp.gate.weight',
        'l.mlp.gate.bias',
        'l.mlp.gate.weight.x',
        'l.mlp.x.gate.weight',
        'l.moe.gate.weight',
      ])
        expect(Object.keys(names({ [name]: [2, 8] }, wanted))).toStrictEqual([`m.${name}`])
      const other = { 'l.moe.experts.3.down_proj.weight': [4, 8], 'l.xmlp.experts.3.down_proj.weight': [4, 8] }
      expect(Object.keys(names(other, wanted))).toStrictEqual(Object.keys(other).map((name) => `m.${name}`))
    },
  )

  it('and their router are found at the top of a model too', () => {
    const tensor = (shape: readonly number[]) => ({ stored: 'x', shape, isFlat: false, isQuantised: false })
    const found = new Map([
      ['block_sparse_moe.gate.weight', tensor([2, 8])],
      ['experts.1.w2.weight', tensor([4, 8])],
    ])
    const expected = new Map([
      ['mlp.gate.weight', [2, 8]],
      ['feed_forward.experts.0.down_proj.weight', [4, 8]],
    ])
    expect([...expertsAsExpected(found, expected).keys()]).toStrictEqual([
      'mlp.gate.weight',
      'feed_forward.experts.1.down_proj.weight',
    ])
  })

  it('that GPTQModel splits are joined to the matrices of Phi-3 and GLM-4', () => {
    const parts = {
      ...{ 'a.q_proj.weight': [8, 8], 'a.k_proj.weight': [4, 8], 'a.v_proj.weight': [4, 8], 'a.q_proj.bias': [8] },
      ...{
        'b.gate_proj.weight': [6, 8],
        'b.up_proj.weight': [6, 8],
        'c.q_proj.weight': [8, 8],
        'a.x_proj.weight': [2],
      },
    }
    const whole = { 'a.qkv_proj.weight': [16, 8], 'a.qkv_proj.bias': [16], 'b.gate_up_proj.weight': [12, 8] }
    expect(names(parts, whole)).toStrictEqual({
      'm.c.q_proj.weight': 'c.q_proj.weight [8,8]',
      'm.a.x_proj.weight': 'a.x_proj.weight [2]',
      'm.a.qkv_proj.weight': 'a.q_proj.weight [128] flat',
      'm.a.qkv_proj.bias': 'a.q_proj.bias [8] flat',
      'm.b.gate_up_proj.weight': 'b.gate_proj.weight [96] flat',
    })
  })

  it("leave the halves of DeepSeek's kv_b_proj, which MLX splits, to be joined", () => {
    const halves = { 'self_attn.embed_q.weight': [4, 8, 16], 'self_attn.unembed_out.weight': [4, 16, 8] }
    expect(names(halves, { 'self_attn.kv_b_proj.weight': [64, 16] })).toStrictEqual({
      'm.self_attn.kv_b_proj.weight': 'self_attn.embed_q.weight [1024] flat',
    })
    expect(Object.keys(names(halves, {}))).toStrictEqual([
      'm.self_attn.embed_q.weight',
      'm.self_attn.unembed_out.weight',
    ])
  })

  it.each([
    'experts.up_proj.weight_scale',
    'experts.up_proj.scale',
    'xswitch_mlp.up_proj.weight',
    'experts.0.up_proj.weight.x',
    'experts.x.up_proj.weight',
    'experts.0.w4.weight',
    'shared_experts.up_proj.weight',
    'up_proj.weight',
  ])('%s is none of them', (name) => {
    const expected = {
      'experts.gate_up_proj': [9],
      'experts.0.up_proj.weight': [4, 8],
      'xexperts.gate_up_proj': [9],
      'shared_experts.gate_up_proj': [9],
    }
    expect(Object.keys(names({ [name]: [2, 4, 8] }, expected))).toStrictEqual([`m.${name}`])
  })

  it('are found at the top of a model too', () => {
    const found = new Map([
      ['experts.0.up_proj.weight', { stored: 'x', shape: [4, 8], isFlat: false, isQuantised: false }],
    ])
    expect([...expertsAsExpected(found, new Map([['experts.gate_up_proj', [1, 8, 8]]])).keys()]).toStrictEqual([
      'experts.gate_up_proj',
    ])
  })
})
