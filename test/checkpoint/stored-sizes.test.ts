import { describe, expect, it } from 'vitest'
import type { GenericSizes } from '../../src/checkpoint/generic-sizes.js'
import { type StoredSizes, storedSizes } from '../../src/checkpoint/stored-sizes.js'

type Shapes = Readonly<Record<string, readonly number[]>>

function sizes(shapes: Shapes, stated: GenericSizes = {}): StoredSizes {
  const parameters = Object.entries(shapes).map(([name, shape]) => {
    return { name, shape, dtype: 'BF16' as const, storedBytes: 0, bits: 16 }
  })
  return storedSizes({ parameters, others: [], unknown: [], storedElements: new Map() }, stated)
}

/** Two layers with four heads of 16, two of them for keys and values, and a gated network of 128. */
const MODEL: Shapes = {
  'model.embed_tokens.weight': [100, 64],
  ...Object.fromEntries(
    [0, 1].flatMap((layer): [string, readonly number[]][] => [
      [`model.layers.${layer}.self_attn.q_proj.weight`, [64, 64]],
      [`model.layers.${layer}.self_attn.k_proj.weight`, [32, 64]],
      [`model.layers.${layer}.mlp.gate_proj.weight`, [128, 64]],
      [`model.layers.${layer}.mlp.up_proj.weight`, [128, 64]],
      [`model.layers.${layer}.mlp.down_proj.weight`, [64, 128]],
    ]),
  ),
  'lm_head.weight': [100, 64],
}

describe('the sizes that shapes show', () => {
  it('are those of the layers, the embeddings and the network', () => {
    expect(sizes(MODEL, { heads: 4 })).toStrictEqual({
      layers: 2,
      hiddenSize: 64,
      vocabSize: 100,
      kvHeads: 2,
      ffnSize: 128,
      gatedMlp: true,
      head: { name: 'lm_head.weight', elements: 6400 },
      expertLayers: 0,
      sharedExperts: 0,
      hasAttention: true,
      hasStateSpaces: false,
    })
  })

  it('leave out the heads that nothing shows', () => {
    expect(sizes(MODEL)).not.toHaveProperty('kvHeads')
    expect(sizes(MODEL, { heads: 3 })).not.toHaveProperty('kvHeads')
    expect(sizes(MODEL, { heads: 4, headDim: 8 }).kvHeads).toBe(4)
  })

  it('find the heads in one matrix of queries, keys and values, by the stated or the shown width', () => {
    const joint = (name: string): Shapes => ({
      'h.embed.embedding.weight': [100, 64],
      [`h.layers.0.attention.${name}.weight`]: [64 + 2 * 32, 64],
    })
    for (const name of ['qkv_proj', 'query_key_value', 'wqkv', 'qkv', 'W_pack', 'c_attn']) {
      expect(sizes(joint(name), { heads: 4 }).kvHeads, name).toBe(2)
      expect(sizes(joint(name), { heads: 4, hiddenSize: 64 }).kvHeads, name).toBe(2)
    }
    expect(sizes(joint('qkv'), { heads: 4, headDim: 8 }).kvHeads).toBe(6)
    expect(sizes(joint('qkv'), { heads: 4, hiddenSize: 48 })).not.toHaveProperty('kvHeads')
    const narrow = { ...joint('qkv'), 'h.embed.embedding.weight': [100, 32] }
    expect(sizes(narrow, { heads: 4 })).not.toHaveProperty('kvHeads')
    expect(sizes(narrow, { heads: 4 })).not.toHaveProperty('hiddenSize')
    expect(sizes(narrow, { heads: 4, hiddenSize: 64 }).kvHeads).toBe(2)
  })

  it.each<[what: string, shapes: Shapes, expected: Partial<StoredSizes>]>([
    [
      'a gate',
      { 'up.weight': [128, 64], 'gate.weight': [128, 64], 'down.weight': [64, 128] },
      { ffnSize: 128, gatedMlp: true },
    ],
    ['gate and up in one', { 'gate_up.weight': [256, 64], 'down.weight': [64, 128] }, { ffnSize: 128, gatedMlp: true }],
    ['no gate', { 'up.weight': [128, 64], 'down.weight': [64, 128] }, { ffnSize: 128, gatedMlp: false }],
  ])('tell a network with %s', (_, shapes, expected) => {
    for (const parent of ['mlp', 'ffn', 'feed_forward', 'feedforward', 'ff1']) {
      const named = Object.entries(shapes).map(([name, shape]): [string, readonly number[]] => [
        `m.layers.0.${parent}.${name}`,
        shape,
      ])
      expect(sizes(Object.fromEntries(named), { hiddenSize: 64 })).toMatchObject(expected)
    }
  })

  it.each<[what: string, shapes: Shapes]>([
    ['two matrices back', { 'up.weight': [128, 64], 'a.weight': [64, 128], 'b.weight': [64, 128] }],
    ['three gates', { 'a.weight': [128, 64], 'b.weight': [128, 64], 'c.weight': [128, 64], 'down.weight': [64, 128] }],
    ['another width', { 'up.weight': [100, 64], 'down.weight': [64, 128] }],
    ['one matrix of another width', { 'a.weight': [128, 64], 'b.weight': [100, 64], 'down.weight': [64, 128] }],
    ['no matrix back', { 'up.weight': [128, 64] }],
  ])('do not tell a network with %s', (_, shapes) => {
    const named = Object.entries(shapes).map(([name, shape]): [string, readonly number[]] => [
      `m.layers.0.mlp.${name}`,
      shape,
    ])
    const found = sizes(Object.fromEntries(named), { hiddenSize: 64 })
    expect([found.ffnSize, found.gatedMlp]).toStrictEqual([undefined, undefined])
  })

  it('take the network of the stated width, or the widest', () => {
    const both: Shapes = Object.fromEntries(
      [96, 128, 112].flatMap((width, layer): [string, readonly number[]][] => [
        [`m.layers.${layer}.mlp.up.weight`, [width, 64]],
        [`m.layers.${layer}.mlp.down.weight`, [64, width]],
      ]),
    )
    expect(sizes(both, { hiddenSize: 64 }).ffnSize).toBe(128)
    expect(sizes(both, { hiddenSize: 64, ffnSize: 96 }).ffnSize).toBe(96)
  })

  it('count experts, their width, and those that a token always uses', () => {
    const layer = (index: number): Shapes => ({
      [`m.layers.${index}.mlp.experts.0.down_proj.weight`]: [64, 32],
      [`m.layers.${index}.mlp.experts.1.down_proj.weight`]: [64, 32],
    })
    const dense: Shapes = { 'm.layers.0.mlp.up.weight': [128, 64] }
    const stated = { hiddenSize: 64 }
    expect(sizes({ ...dense, ...layer(1), ...layer(2) }, stated)).toMatchObject({
      expertLayers: 2,
      expertFfnSize: 32,
      sharedExperts: 0,
    })
    const shared = { 'm.layers.1.mlp.shared_experts.down_proj.weight': [64, 96] }
    expect(sizes({ ...dense, ...layer(1), ...shared }, stated).sharedExperts).toBe(3)
    const uneven = { 'm.layers.1.mlp.shared_experts.down_proj.weight': [64, 40] }
    expect(sizes({ ...dense, ...layer(1), ...uneven }, stated).sharedExperts).toBe(1)
    expect(sizes({ ...dense, 'm.layers.1.shared_mlp.up.weight': [8, 64] }, stated).sharedExperts).toBe(1)
    expect(sizes({ ...dense, 'm.layers.1.experts.down_proj': [4, 32, 64] }, stated)).toMatchObject({ expertLayers: 1 })
  })

  it('know no number of shared experts without the width of one', () => {
    // Experts in one tensor do not show their width.
    const fused = {
      'm.layers.0.experts.down_proj': [4, 32, 64],
      'm.layers.0.shared_experts.down_proj.weight': [64, 96],
    }
    expect(sizes(fused, { hiddenSize: 64 }).sharedExperts).toBe(1)
    const alone = { 'm.layers.0.experts.0.down_proj.weight': [64, 32] }
    expect(sizes(alone, { hiddenSize: 64 })).toMatchObject({ sharedExperts: 0, expertFfnSize: 32 })
    const other = { ...alone, 'm.layers.0.shared_experts.down_proj.weight': [64] }
    expect(sizes(other, { hiddenSize: 64 }).sharedExperts).toBe(1)
  })

  it('are those of the language model, not of a tower', () => {
    const tower: Shapes = Object.fromEntries(
      Array.from({ length: 4 }, (_, index): [string, readonly number[]] => [
        `vision_tower.layers.${index}.self_attn.q_proj.weight`,
        [999, 999],
      ]),
    )
    const withTower = { 'vision_tower.embeddings.position_embedding.weight': [77, 999], ...tower, ...MODEL }
    expect(sizes(withTower, { heads: 4 })).toStrictEqual(sizes(MODEL, { heads: 4 }))
  })

  it('have a vocabulary only if one embedding is meant', () => {
    const two = { 'a.wte.weight': [10, 8], 'b.wte.weight': [20, 8] }
    expect(sizes(two)).not.toHaveProperty('vocabSize')
    expect(sizes({ ...two, 'b.h.0.attn.q.weight': [8, 8] }).vocabSize).toBe(20)
    for (const name of [
      'embed_tokens',
      'wte',
      'word_embedding',
      'word_embeddings',
      'tok_embeddings',
      'embed_in',
      'embedding',
      'embeddings',
    ]) {
      expect(sizes({ [`m.${name}.weight`]: [10, 8] }).vocabSize, name).toBe(10)
    }
    for (const name of ['wte.weight_scale', 'wte.weights', 'wte.bias', 'wte2.weight', 'embed.weight'])
      expect(sizes({ [`m.${name}`]: [10, 8] }), name).not.toHaveProperty('vocabSize')
    for (const tower of ['vision', 'visual', 'audio', 'speech', 'image'])
      expect(sizes({ [`${tower}.wte.weight`]: [10, 8] }), tower).not.toHaveProperty('vocabSize')
    expect(sizes({ 'wte.weight': [10, 8, 2] })).not.toHaveProperty('vocabSize')
    for (const name of ['position_embeddings', 'token_type_embeddings', 'patch_embedding', 'segment_embeddings']) {
      expect(sizes({ [`m.${name}.weight`]: [10, 8] }), name).not.toHaveProperty('vocabSize')
    }
  })

  it('have a head only if it is as tall as the vocabulary', () => {
    const model = { 'm.wte.weight': [10, 8] }
    for (const name of ['lm_head', 'embed_out', 'output_layer', 'output', 'head', 'm.output_projection']) {
      expect(sizes({ ...model, [`${name}.weight`]: [10, 8] }).head, name).toStrictEqual({
        name: `${name}.weight`,
        elements: 80,
      })
    }
    expect(sizes({ ...model, 'lm_head.weight': [11, 8] })).not.toHaveProperty('head')
    expect(sizes({ ...model, 'my_lm_head.weight': [10, 8] })).not.toHaveProperty('head')
  })

  it('tell attention and state spaces by names', () => {
    expect(sizes({ 'm.layers.0.mixer.A_log': [8] })).toMatchObject({
      hasAttention: false,
      hasStateSpaces: true,
      layers: 1,
    })
    expect(sizes({ 'm.layers.0.Attention.x': [8] })).toMatchObject({ hasAttention: true, hasStateSpaces: false })
    expect(sizes({ xA_log: [8] }).hasStateSpaces).toBe(false)
  })

  it('are those of matrices that are not named as a network, if none is', () => {
    const block = { 'm.layers.0.fc1.weight': [128, 64], 'm.layers.0.fc2.weight': [64, 128] }
    expect(sizes(block, { hiddenSize: 64 })).toMatchObject({ ffnSize: 128, gatedMlp: false })
    // Beside a network with its name, others do not count, also if they are wider.
    const named = { 'm.layers.0.mlp.up.weight': [96, 64], 'm.layers.0.mlp.down.weight': [64, 96] }
    expect(sizes({ ...block, ...named }, { hiddenSize: 64 }).ffnSize).toBe(96)
    expect(sizes({ ...block, ...named }, { hiddenSize: 64, ffnSize: 128 }).ffnSize).toBe(96)
  })

  it('do not count matrices from the hidden size to itself, or of attention, towers and experts, to a network', () => {
    const mlp = { 'm.layers.0.mlp.up.weight': [128, 64], 'm.layers.0.mlp.down.weight': [64, 128] }
    expect(sizes({ ...mlp, 'm.layers.0.mlp.mix.weight': [64, 64] }, { hiddenSize: 64 }).ffnSize).toBe(128)
    expect(sizes({ 'm.layers.0.mlp.mix.weight': [64, 64] }, { hiddenSize: 64 })).not.toHaveProperty('ffnSize')
    expect(sizes(mlp)).not.toHaveProperty('ffnSize')
    for (const name of [
      'attn',
      'attention',
      'mixer',
      'mamba',
      'ssm',
      'experts.0',
      'shared',
      'router',
      'norm',
      'Attn',
    ]) {
      const other = { [`m.${name}.mlp.up.weight`]: [256, 64], [`m.${name}.mlp.down.weight`]: [64, 256] }
      expect(sizes({ ...mlp, ...other }, { hiddenSize: 64 }).ffnSize, name).toBe(128)
    }
    for (const tower of [
      'vision',
      'visual',
      'audio',
      'speech',
      'image',
      'vit',
      'talker',
      'token2wav',
      'codec',
      'Vision',
    ]) {
      const other = { [`${tower}.mlp.up.weight`]: [256, 64], [`${tower}.mlp.down.weight`]: [64, 256] }
      expect(sizes({ ...mlp, ...other }, { hiddenSize: 64 }).ffnSize, tower).toBe(128)
    }
    const convolution = { 'm.layers.0.mlp.conv.weight': [128, 64, 3] }
    expect(sizes({ ...mlp, ...convolution }, { hiddenSize: 64 }).ffnSize).toBe(128)
  })

  it('have no heads without the width of a head', () => {
    const joint = { 'h.layers.0.attention.qkv.weight': [128, 48] }
    expect(sizes(joint, { heads: 4, headDim: 16 }).kvHeads).toBe(2)
    expect(
      sizes({ 'h.layers.0.attention.qkv.weight': [128, 48], 'h.wte.weight': [10, 32] }, { heads: 4 }),
    ).not.toHaveProperty('kvHeads')
    expect(sizes({ 'h.layers.0.attention.qkv.weight': [64, 64] }, { heads: 4, headDim: 16 })).not.toHaveProperty(
      'kvHeads',
    )
  })

  it.each(['q_proj k_proj', 'wq wk', 'query key', 'q k', 'q_lin k_lin', 'Q_PROJ K_PROJ'])(
    'find the heads in %s',
    (names) => {
      const [q, k] = names.split(' ')
      for (const parent of ['attn', 'self_attn', 'attention', 'Attention', 'self_attention2']) {
        const shapes = {
          [`h.layers.0.${parent}.${q}.weight`]: [64, 64],
          [`h.layers.0.${parent}.${k}.weight`]: [16, 64],
        }
        expect(sizes(shapes, { heads: 4 }).kvHeads, parent).toBe(1)
      }
      const elsewhere = { [`h.layers.0.mix.${q}.weight`]: [64, 64], [`h.layers.0.mix.${k}.weight`]: [16, 64] }
      expect(sizes(elsewhere, { heads: 4 })).not.toHaveProperty('kvHeads')
    },
  )

  it('have the width of experts that have their matrices to themselves', () => {
    for (const name of ['down_proj', 'w2', 'fc2', 'linear_2', 'output_linear']) {
      expect(sizes({ [`m.layers.0.experts.3.${name}.weight`]: [64, 32] }, { hiddenSize: 64 }).expertFfnSize, name).toBe(
        32,
      )
    }
    for (const name of ['experts.0.up_proj.weight', 'experts.down_proj.weight', 'experts.0.down_proj.bias'])
      expect(sizes({ [`m.layers.0.${name}`]: [64, 32] }, { hiddenSize: 64 })).not.toHaveProperty('expertFfnSize')
    expect(sizes({ 'm.layers.0.experts.0.w2.weight': [32, 64] }, { hiddenSize: 64 })).not.toHaveProperty(
      'expertFfnSize',
    )
    for (const name of ['shared_expert', 'shared_experts', 'shared_mlp'])
      expect(sizes({ [`m.layers.0.${name}.up.weight`]: [8, 64] }).sharedExperts, name).toBe(1)
    expect(sizes({ 'm.layers.0.shared_mlps.up.weight': [8, 64] }).sharedExperts).toBe(0)
  })

  it('find experts at the top of a model, and no names that only end so', () => {
    for (const name of ['experts.0.up.weight', 'm.layers.0.experts.0.up.weight', 'm.layers.0.my_experts.0.up.weight'])
      expect(sizes({ [name]: [8, 64] }).expertLayers, name).toBe(1)
    for (const name of ['m.layers.0.xexperts.0.up.weight', 'm.layers.0.expertsx.up.weight'])
      expect(sizes({ [name]: [8, 64] }).expertLayers, name).toBe(0)
  })
})
