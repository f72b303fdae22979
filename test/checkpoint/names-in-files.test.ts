import { describe, expect, it } from 'vitest'
import { architectureFromConfig, type ConfigObject, parameters } from '../../src/architecture/index.js'
import { compareCheckpoint } from '../../src/checkpoint/index.js'
import type { StoredTensor } from '../../src/checkpoint/safetensors-header.js'

const BERT = {
  model_type: 'bert',
  architectures: ['BertModel'],
  hidden_size: 8,
  intermediate_size: 16,
  num_attention_heads: 2,
  num_hidden_layers: 1,
  vocab_size: 10,
}

const GPT2 = {
  model_type: 'gpt2',
  architectures: ['GPT2LMHeadModel'],
  n_embd: 64,
  n_head: 4,
  n_layer: 1,
  vocab_size: 10,
}

/** The tensors of a config, under the names that a file gives them. */
function tensorsOf(config: ConfigObject, nameInFile = (name: string) => name): Map<string, StoredTensor> {
  const named = [...parameters(architectureFromConfig(config))].map(
    ({ name, shape }) => [nameInFile(name), f32(shape)] as const,
  )
  return new Map(named)
}

function f32(shape: readonly number[]): StoredTensor {
  return { dtype: 'F32', shape, offsets: [0, 0] }
}

/** The names of google-bert/bert-base-uncased, which transformers loads into each class of BERT. */
function ofTensorFlow(name: string): string {
  return `bert.${name.replace(/LayerNorm\.weight$/, 'LayerNorm.gamma').replace(/LayerNorm\.bias$/, 'LayerNorm.beta')}`
}

describe('names in the files that are not those of the class', () => {
  it('are found with the prefix of another class, and with the names of a TensorFlow conversion', () => {
    const tensors = tensorsOf(BERT, ofTensorFlow)
    expect(tensors.has('bert.embeddings.LayerNorm.gamma')).toBe(true)
    expect(compareCheckpoint(BERT, [{ tensors }])).toStrictEqual({
      verdict: 'agrees',
      agrees: true,
      missing: [],
      extra: [],
      otherShape: [],
      undetermined: [],
      notes: ['the tensors in the files have the prefix "bert.", which the class in the config does not have'],
    })
  })

  it('are found with gamma and beta alone, without a note', () => {
    const tensors = tensorsOf(BERT, (name) => ofTensorFlow(name).slice('bert.'.length))
    expect(compareCheckpoint(BERT, [{ tensors }])).toMatchObject({ agrees: true, extra: [], notes: [] })
  })

  it('are reported as the files have them', () => {
    const tensors = tensorsOf(BERT, ofTensorFlow)
    tensors.set('bert.embeddings.LayerNorm.gamma', f32([9]))
    tensors.set('cls.predictions.bias', f32([10]))
    tensors.delete('bert.embeddings.LayerNorm.beta')
    expect(compareCheckpoint(BERT, [{ tensors }])).toMatchObject({
      verdict: 'differs',
      missing: ['embeddings.LayerNorm.bias'],
      extra: ['cls.predictions.bias'],
      otherShape: [{ name: 'bert.embeddings.LayerNorm.gamma', expected: [8], found: [9] }],
    })
  })

  it('of a head beside the base model do not hide the missing prefix', () => {
    const withHead = { ...BERT, architectures: ['BertForMaskedLM'] }
    const tensors = tensorsOf(withHead, (name) => name.replace(/^bert\./, ''))
    expect([...tensors.keys()].some((name) => name.startsWith('cls.'))).toBe(true)
    expect(compareCheckpoint(withHead, [{ tensors }])).toMatchObject({
      agrees: true,
      extra: [],
      notes: ['the tensors in the files lack the class prefix "bert.", like those of its base model'],
    })
  })
})

describe('the shape of a Conv1D', () => {
  const weight = 'transformer.h.0.attn.c_attn.weight'

  it('is in by out in a plain file, and nothing else', () => {
    const tensors = tensorsOf(GPT2)
    expect(tensors.get(weight)?.shape).toStrictEqual([64, 192])
    expect(compareCheckpoint(GPT2, [{ tensors }]).agrees).toBe(true)
    tensors.set(weight, f32([192, 64]))
    expect(compareCheckpoint(GPT2, [{ tensors }]).otherShape).toStrictEqual([
      { name: weight, expected: [64, 192], found: [192, 64] },
    ])
  })

  it('may be transposed when quantised', () => {
    const tensors = tensorsOf(GPT2)
    tensors.delete(weight)
    const module = weight.replace(/weight$/, '')
    tensors.set(`${module}qweight`, { dtype: 'I32', shape: [8, 192], offsets: [0, 0] })
    tensors.set(`${module}qzeros`, { dtype: 'I32', shape: [1, 24], offsets: [0, 0] })
    tensors.set(`${module}scales`, { dtype: 'F16', shape: [1, 192], offsets: [0, 0] })
    tensors.set(`${module}g_idx`, { dtype: 'I32', shape: [64], offsets: [0, 0] })
    expect(compareCheckpoint(GPT2, [{ tensors }])).toMatchObject({ agrees: true, extra: [], otherShape: [] })
  })

  it.each([[[64]], [[64, 1]], [[1, 64]], [[63]]])('of a norm with 64 weights is not %j unless it is [64]', (shape) => {
    const tensors = tensorsOf(GPT2)
    tensors.set('transformer.ln_f.weight', f32(shape))
    expect(compareCheckpoint(GPT2, [{ tensors }]).otherShape).toHaveLength(
      shape.length === 1 && shape[0] === 64 ? 0 : 1,
    )
  })
})

it('differs, whatever cannot be told beside it', () => {
  const tensors = tensorsOf(GPT2)
  tensors.delete('transformer.ln_f.bias')
  tensors.delete('transformer.h.0.mlp.c_fc.weight')
  tensors.set('transformer.h.0.mlp.c_fc.packed_by_nobody', { dtype: 'I32', shape: [4, 4], offsets: [0, 64] })
  expect(compareCheckpoint(GPT2, [{ tensors }])).toMatchObject({
    verdict: 'differs',
    agrees: false,
    missing: ['transformer.ln_f.bias'],
    undetermined: ['transformer.h.0.mlp.c_fc.weight'],
  })
})

describe("The names of a class of the authors' own", () => {
  const EXAONE = {
    ...{ model_type: 'exaone', hidden_size: 64, intermediate_size: 96, vocab_size: 10 },
    ...{ num_layers: 1, num_attention_heads: 4, num_key_value_heads: 2 },
  }
  const IN_FILES: Readonly<Record<string, string>> = {
    'model.embed_tokens.weight': 'transformer.wte.weight',
    'model.norm.weight': 'transformer.ln_f.weight',
    'model.layers.0.input_layernorm.weight': 'transformer.h.0.ln_1.weight',
    'model.layers.0.post_attention_layernorm.weight': 'transformer.h.0.ln_2.weight',
    'model.layers.0.self_attn.q_proj.weight': 'transformer.h.0.attn.attention.q_proj.weight',
    'model.layers.0.self_attn.k_proj.weight': 'transformer.h.0.attn.attention.k_proj.weight',
    'model.layers.0.self_attn.v_proj.weight': 'transformer.h.0.attn.attention.v_proj.weight',
    'model.layers.0.self_attn.o_proj.weight': 'transformer.h.0.attn.attention.out_proj.weight',
    'model.layers.0.mlp.gate_proj.weight': 'transformer.h.0.mlp.c_fc_0.weight',
    'model.layers.0.mlp.up_proj.weight': 'transformer.h.0.mlp.c_fc_1.weight',
    'model.layers.0.mlp.down_proj.weight': 'transformer.h.0.mlp.c_proj.weight',
    'lm_head.weight': 'lm_head.weight',
  }

  it('are those of the family', () => {
    const tensors = tensorsOf(EXAONE, (name) => IN_FILES[name] ?? name)
    expect(compareCheckpoint(EXAONE, [{ tensors }])).toMatchObject({
      verdict: 'agrees',
      extra: [],
      notes: ["the tensors in the files have the names of their authors' own class"],
    })
  })

  it('and a missing tensor is missed', () => {
    const tensors = tensorsOf(EXAONE, (name) => IN_FILES[name] ?? name)
    tensors.delete('transformer.h.0.mlp.c_fc_1.weight')
    expect(compareCheckpoint(EXAONE, [{ tensors }])).toMatchObject({
      verdict: 'differs',
      missing: ['model.layers.0.mlp.up_proj.weight'],
    })
  })
})
