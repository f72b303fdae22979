import { describe, expect, it } from 'vitest'
import { FAMILIES } from '../../src/architecture/families/index.js'
import { architectureFromConfig, ties } from '../../src/architecture/index.js'
import { compareParameters } from '../../src/checkpoint/compare-checkpoint.js'
import { compareCheckpoint, logicalParameters } from '../../src/checkpoint/index.js'
import type { StoredTensor } from '../../src/checkpoint/safetensors-header.js'
import { readRecords } from '../architecture/records.js'
import { headersOfRecord } from './headers-of-record.js'

const described = new Set(FAMILIES.flatMap((family) => family.modelTypes))
const RECORDS = readRecords('public.jsonl.gz').filter(({ family }) => described.has(family))

const CONFIG = {
  model_type: 'llama',
  architectures: ['LlamaForCausalLM'],
  hidden_size: 64,
  intermediate_size: 128,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  vocab_size: 100,
}

function tensor(shape: readonly number[], dtype: StoredTensor['dtype'] = 'BF16'): StoredTensor {
  return { dtype, shape, offsets: [0, 0] }
}

function tinyLlama(): Map<string, StoredTensor> {
  const layer = (index: number): [string, StoredTensor][] => [
    [`model.layers.${index}.input_layernorm.weight`, tensor([64])],
    ...['q', 'k', 'v', 'o'].map((name): [string, StoredTensor] => [
      `model.layers.${index}.self_attn.${name}_proj.weight`,
      tensor([64, 64]),
    ]),
    [`model.layers.${index}.post_attention_layernorm.weight`, tensor([64])],
    [`model.layers.${index}.mlp.gate_proj.weight`, tensor([128, 64])],
    [`model.layers.${index}.mlp.up_proj.weight`, tensor([128, 64])],
    [`model.layers.${index}.mlp.down_proj.weight`, tensor([64, 128])],
  ]
  return new Map([
    ['model.embed_tokens.weight', tensor([100, 64])],
    ...layer(0),
    ...layer(1),
    ['model.norm.weight', tensor([64])],
    ['lm_head.weight', tensor([100, 64])],
  ])
}

describe('compareCheckpoint', () => {
  it.each(RECORDS.map((record) => [record.name, record] as const))(
    'finds the files of %s to agree with its config',
    (_, record) => {
      expect(compareCheckpoint(record.config, headersOfRecord(record))).toStrictEqual({
        verdict: 'agrees',
        agrees: true,
        missing: [],
        extra: [],
        otherShape: [],
        undetermined: [],
        notes: [],
      })
    },
  )

  it('names what is missing, what is extra, and what has another shape', () => {
    const tensors = tinyLlama()
    tensors.delete('model.layers.1.mlp.down_proj.weight')
    tensors.set('model.layers.2.mlp.down_proj.weight', tensor([64, 128]))
    tensors.set('model.layers.0.self_attn.k_proj.weight', tensor([16, 64]))
    expect(compareCheckpoint(CONFIG, [{ tensors }])).toStrictEqual({
      verdict: 'differs',
      agrees: false,
      missing: ['model.layers.1.mlp.down_proj.weight'],
      extra: ['model.layers.2.mlp.down_proj.weight'],
      otherShape: [{ name: 'model.layers.0.self_attn.k_proj.weight', expected: [64, 64], found: [16, 64] }],
      undetermined: [],
      notes: [],
    })
  })

  it('cannot tell where weights are packed in a way that is not understood', () => {
    const tensors = tinyLlama()
    tensors.delete('model.layers.1.mlp.down_proj.weight')
    tensors.set('model.layers.1.mlp.down_proj.packed_by_nobody', { dtype: 'I32', shape: [64, 16], offsets: [0, 4096] })
    expect(compareCheckpoint(CONFIG, [{ tensors }])).toMatchObject({
      verdict: 'cannot tell',
      agrees: false,
      missing: [],
      undetermined: ['model.layers.1.mlp.down_proj.weight'],
      notes: [
        'not understood: 4096 bytes in 1 tensor of packed integers (model.layers.1.mlp.down_proj.packed_by_nobody); they are not counted',
      ],
    })
  })

  it('takes a tied output embedding that is stored, and one that is not', () => {
    const config = { ...CONFIG, tie_word_embeddings: true }
    const stored = tinyLlama()
    const left = tinyLlama()
    left.delete('lm_head.weight')
    const turned = tinyLlama()
    turned.delete('model.embed_tokens.weight')
    for (const tensors of [stored, left, turned]) expect(compareCheckpoint(config, [{ tensors }]).agrees).toBe(true)
    expect([...ties(architectureFromConfig(config))]).toHaveLength(1)
  })

  it('finds the files of a base model under the names of the class, and says so', () => {
    const tensors = new Map(
      [...tinyLlama()]
        .filter(([name]) => name !== 'lm_head.weight')
        .map(([name, one]) => [name.replace(/^model\./, ''), one]),
    )
    const compared = compareCheckpoint({ ...CONFIG, tie_word_embeddings: true }, [{ tensors }])
    expect(compared).toMatchObject({ agrees: true, extra: [], notes: [expect.stringContaining('"model."')] })
  })

  it('compares a quantised weight by what it is before packing', () => {
    const tensors = tinyLlama()
    tensors.delete('model.layers.0.mlp.up_proj.weight')
    tensors.set('model.layers.0.mlp.up_proj.qweight', tensor([8, 128], 'I32'))
    tensors.set('model.layers.0.mlp.up_proj.qzeros', tensor([1, 16], 'I32'))
    tensors.set('model.layers.0.mlp.up_proj.scales', tensor([1, 128], 'F16'))
    tensors.set('model.layers.0.mlp.up_proj.g_idx', tensor([64], 'I32'))
    expect(compareCheckpoint(CONFIG, [{ tensors }])).toMatchObject({ agrees: true, extra: [] })
  })

  it('takes no quantised weight for its transpose, unless the class has it as a Conv1D', () => {
    const quantised = (tensors: Map<string, StoredTensor>, module: string) => {
      tensors.set(`${module}.weight`, tensor([128, 64].reverse(), 'F8_E4M3'))
      tensors.set(`${module}.weight_scale`, tensor([1], 'F32'))
      return tensors
    }
    const { otherShape } = compareCheckpoint(CONFIG, [
      { tensors: quantised(tinyLlama(), 'model.layers.0.mlp.up_proj') },
    ])
    expect(otherShape).toStrictEqual([
      { name: 'model.layers.0.mlp.up_proj.weight', expected: [128, 64], found: [64, 128] },
    ])
    const gpt2 = { model_type: 'gpt2', n_embd: 32, n_head: 2, n_layer: 1, vocab_size: 10, n_inner: 48 }
    const of = (shape: readonly number[], isQuantised: boolean) => {
      const fields: [string, StoredTensor][] = [
        ['transformer.h.0.mlp.c_fc.weight', tensor(shape, isQuantised ? 'F8_E4M3' : 'BF16')],
      ]
      if (isQuantised) fields.push(['transformer.h.0.mlp.c_fc.weight_scale', tensor([1], 'F32')])
      return compareCheckpoint(gpt2, [{ tensors: new Map(fields) }]).otherShape.length
    }
    expect([
      of([32, 48], true),
      of([48, 32], true),
      of([48, 31], true),
      of([32, 48], false),
      of([48, 32], false),
    ]).toStrictEqual([0, 0, 1, 0, 1])
  })

  it('compares a weight without a shape by its number of elements', () => {
    const tensors = tinyLlama()
    tensors.set('model.layers.0.mlp.up_proj.weight', tensor([4096, 1], 'U8'))
    tensors.set('model.layers.0.mlp.up_proj.weight.quant_state.bitsandbytes__nf4', tensor([83], 'U8'))
    expect(compareCheckpoint(CONFIG, [{ tensors }]).agrees).toBe(true)
    tensors.set('model.layers.0.mlp.up_proj.weight', tensor([4000, 1], 'U8'))
    expect(compareCheckpoint(CONFIG, [{ tensors }]).otherShape).toHaveLength(1)
  })
})

describe('the prefix of a class', () => {
  const wrapped = (before: readonly string[]) => {
    const names = [...before.map((name): [string, StoredTensor] => [`${name}.x`, tensor([1])])]
    const model = [...tinyLlama()].map(([name, one]): [string, StoredTensor] => [`wrap.${name}`, one])
    return compareCheckpoint(CONFIG, [{ tensors: new Map([...names, ...model]) }])
  }

  it('is taken off if the files have it and the class does not, and a note says so', () => {
    const { verdict, extra, notes } = wrapped(['a', 'b'])
    expect([verdict, extra]).toStrictEqual(['agrees', ['a.x', 'b.x']])
    expect(notes).toStrictEqual([
      'the tensors in the files have the prefix "wrap.", which the class in the config does not have',
    ])
  })

  it('is looked for among the first eight only', () => {
    const others = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    expect(wrapped(others.slice(1)).verdict).toBe('agrees')
    expect(wrapped(others).verdict).toBe('differs')
  })

  it('is added if the files are those of the base model', () => {
    const base = [...tinyLlama()].map(([name, one]): [string, StoredTensor] => [name.replace(/^model\./, ''), one])
    const { verdict, notes } = compareCheckpoint(CONFIG, [{ tensors: new Map(base) }])
    expect([verdict, notes]).toStrictEqual([
      'agrees',
      ['the tensors in the files lack the class prefix "model.", like those of its base model'],
    ])
  })
})

describe('the names in files', () => {
  it('may lack the prefix of one of the first eight modules at the top of a class', () => {
    const architecture = architectureFromConfig(CONFIG)
    const storage = logicalParameters([{ tensors: new Map([['w', tensor([1])]]) }])
    const notesFor = (position: number) => {
      const names = Array.from({ length: 9 }, (_, index) => [`m${index}`, index === position ? { w: [1] } : { x: [1] }])
      const children = names.map(([name, parameters]) => [name, { type: 'x', parameters }])
      return compareParameters(
        { ...architecture, root: { type: 'x', children: Object.fromEntries(children) } },
        storage,
      ).notes
    }
    const note = 'the tensors in the files lack the class prefix "m7.", like those of its base model'
    expect([notesFor(7), notesFor(8)]).toStrictEqual([[note], []])
  })

  it('may be those that old conversions from TensorFlow gave to norms', () => {
    const bert = {
      model_type: 'bert',
      hidden_size: 8,
      num_attention_heads: 2,
      num_hidden_layers: 1,
      intermediate_size: 16,
      vocab_size: 10,
    }
    const names = [
      'bert.embeddings.LayerNorm.gamma',
      'bert.embeddings.LayerNorm.beta',
      'bert.embeddings.LayerNorm.gammas',
    ]
    const { extra, missing, notes } = compareCheckpoint({ ...bert, architectures: ['BertForMaskedLM'] }, [
      { tensors: new Map(names.map((name) => [name, tensor([8])])) },
    ])
    expect(extra).toStrictEqual(['bert.embeddings.LayerNorm.gammas'])
    expect(missing.filter((name) => name.startsWith('bert.embeddings.LayerNorm'))).toStrictEqual([])
    expect(notes).toStrictEqual([])
  })
})
