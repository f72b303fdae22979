import { describe, expect, it } from 'vitest'
import { ggufParts } from '../../src/checkpoint/gguf-parts.js'
import { GGML } from './ggml.js'

const partOf = (name: string) => Object.keys(ggufParts(new Map([[name, { shape: [2, 3] }]]), () => true))[0]

/** The part that the name of a tensor's kind in gguf-py stands for: `ATTN_Q`, `FFN_DOWN_EXP`. */
function expectedPart(kind: string): string {
  if (/(?:TOKEN_EMBD|TOKEN_TYPES|POS_EMBD)$/.test(kind)) return 'embedding'
  if (/^(?:OUTPUT|CLS|CLS_OUT)$/.test(kind)) return 'head'
  if (/NORM(?:_\d)?$/.test(kind) || kind === 'FFN_NORM_EXP') return 'norm'
  if (/^(?:SSM|SHORTCONV)_/.test(kind)) return 'mamba'
  if (/^(?:TIME|CHANNEL)_MIX_/.test(kind)) return 'recurrence'
  if (/(?:^|_)ATTN_|^INDEXER_/.test(kind)) return 'attention'
  if (/^MOE_|^FFN_.*EXP|^FFN_GATE_INP/.test(kind)) return 'experts'
  return /(?:^|_)FFN_/.test(kind) ? 'mlp' : 'other'
}

/** Kinds of language models: not those of images, speech and multi-token prediction. */
const KINDS = Object.entries(GGML.tensors).filter(
  ([kind]) => !/^(?:V|A|CONVNEXT|POSNET|VISEXP|NEXTN|ROPE)_|^FFN_ACT$/.test(kind),
)

describe('the part of the model that a tensor of a GGUF file belongs to', () => {
  it('is told for every kind of tensor that the converter knows', () => expect(KINDS.length).toBeGreaterThan(150))

  it.each(KINDS)('%s: %s', (kind, name) => {
    expect(partOf(`${name}.weight`)).toBe(expectedPart(kind))
    if (!name.startsWith('cls')) expect(partOf(`${name}.bias`)).toBe(expectedPart(kind))
  })

  it.each([
    // Names without `.weight`.
    ['blk.0.ssm_a', 'mamba'],
    ['blk.0.attn_sinks', 'attention'],
    ['blk.0.attn_norm', 'norm'],
    // Only whole words count.
    ['xoutput.weight', 'other'],
    ['output.weight_scale', 'other'],
    ['output.weight.x', 'other'],
    ['blk.0.cls.weight', 'other'],
    ['blk.0.token_embd.weight', 'other'],
    ['xffn_up.weight', 'other'],
    ['blk.0.attnx.weight', 'other'],
    ['blk.0.xattn_q.weight', 'other'],
    ['blk.0.my_norm_x.weight', 'other'],
    ['blk.0.attn_norm_12.weight', 'norm'],
    ['cls.output.bias', 'head'],
  ])('%s is of the part %s', (name, part) => expect(partOf(name)).toBe(part))

  it('has the elements of all its tensors that are parameters', () => {
    const tensors = new Map([
      ['blk.0.attn_q.weight', { shape: [4, 3] }],
      ['blk.0.attn_k.weight', { shape: [2, 3] }],
      ['blk.0.ffn_up.weight', { shape: [5, 2, 3] }],
      ['blk.0.attn_rot_embd.weight', { shape: [100] }],
      ['x', { shape: [] }],
    ])
    expect(ggufParts(tensors, (name) => !name.includes('rot'))).toStrictEqual({ attention: 18, mlp: 30, other: 1 })
  })
})
