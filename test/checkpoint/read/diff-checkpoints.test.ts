import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { diffCheckpoints, type FileSource } from '../../../src/checkpoint/read/index.js'
import { readRecords } from '../../architecture/records.js'
import { type PackedFile, packedSource } from '../packed-source.js'
import { safetensorsFile, type TensorToWrite } from '../safetensors-file.js'

const CONFIG = {
  ...{ model_type: 'llama', architectures: ['LlamaForCausalLM'], hidden_size: 8, intermediate_size: 16 },
  ...{ num_hidden_layers: 1, num_attention_heads: 2, vocab_size: 10, torch_dtype: 'bfloat16' },
  ...{ _name_or_path: 'org/base', transformers_version: '4.40.0' },
}
const TENSORS: readonly TensorToWrite[] = [
  { name: 'model.embed_tokens.weight', dtype: 'BF16', shape: [10, 8] },
  { name: 'model.norm.weight', dtype: 'BF16', shape: [8] },
  { name: 'lm_head.weight', dtype: 'BF16', shape: [10, 8] },
]

type Files = Readonly<Record<string, unknown>>

const blobs = (files: Files) =>
  new Map(
    Object.entries(files).map(([name, content]) => {
      const isRaw = content instanceof Uint8Array || typeof content === 'string'
      return [name, new Blob([isRaw ? new Uint8Array(Buffer.from(content)) : JSON.stringify(content)])] as const
    }),
  )
const BASE: Files = {
  'config.json': CONFIG,
  'model.safetensors': safetensorsFile(TENSORS),
  'tokenizer_config.json': { eos_token: '</s>', chat_template: 'a\nb' },
  'tokenizer.json': '{"model": 1}',
}
const differences = (changes: Files) => diffCheckpoints(blobs(BASE), blobs({ ...BASE, ...changes }))

describe('diffCheckpoints', () => {
  it('finds no difference between equal checkpoints, wherever their configs come from', async () => {
    const config = { ...CONFIG, _name_or_path: 'me/fine', transformers_version: '5.0.0' }
    expect(await differences({ 'config.json': config })).toMatchObject({
      same: true,
      config: [],
      spec: [],
      tokenizer: [],
    })
  })

  it('takes dtype for the newer name of torch_dtype', async () => {
    const { torch_dtype: dtype, ...config } = CONFIG
    expect(await differences({ 'config.json': { ...config, dtype } })).toMatchObject({ same: true })
  })

  it('names fields of the config by their path, and what they change in the spec', async () => {
    const config = { ...CONFIG, rope_scaling: { type: 'linear', factor: 2 }, hidden_act: 'gelu' }
    expect(await differences({ 'config.json': config })).toMatchObject({
      same: false,
      config: [
        { field: 'hidden_act', after: 'gelu' },
        { field: 'rope_scaling.factor', after: 2 },
        { field: 'rope_scaling.type', after: 'linear' },
      ],
      spec: [{ field: 'context_size', before: 2048, after: 4096 }],
    })
  })

  it('names tensors that are added, removed, of another shape and in another format', async () => {
    const tensors: TensorToWrite[] = [
      { name: 'model.embed_tokens.weight', dtype: 'BF16', shape: [12, 8] },
      { name: 'model.norm.weight', dtype: 'F32', shape: [8] },
      { name: 'score.weight', dtype: 'BF16', shape: [2, 8] },
    ]
    expect((await differences({ 'model.safetensors': safetensorsFile(tensors) })).tensors).toStrictEqual({
      added: ['score.weight'],
      removed: ['lm_head.weight'],
      reshaped: [{ name: 'model.embed_tokens.weight', before: [10, 8], after: [12, 8] }],
      restored: [{ name: 'model.norm.weight', before: 'BF16', after: 'F32' }],
    })
  })

  it('sees through the prefix of a class', async () => {
    const bare = TENSORS.map((tensor) => ({ ...tensor, name: tensor.name.replace('model.', '') }))
    expect(await differences({ 'model.safetensors': safetensorsFile(bare) })).toMatchObject({ same: true })
  })

  it('compares the chat template, the settings and the files of the tokenizer', async () => {
    const found = await differences({
      'tokenizer_config.json': { eos_token: '<|end|>', chat_template: 'a\nc' },
      'tokenizer.json': '{"model": 2}',
    })
    expect(found.chatTemplate).toStrictEqual({ before: 'a\nb', after: 'a\nc' })
    expect(found.tokenizer).toStrictEqual([
      { field: 'eos_token', before: '</s>', after: '<|end|>' },
      { field: 'tokenizer.json', before: expect.stringMatching(/^12 bytes, SHA-256/), after: expect.any(String) },
    ])
  })

  it('has the size and the start of the digest of each file of a tokenizer, or the size alone from the hub', async () => {
    // The fifth byte of the digest of "13" is below 16.
    const digest = createHash('sha256').update('13').digest('hex').slice(0, 12)
    expect([...digest.matchAll(/../g)].some(([byte]) => byte.startsWith('0'))).toBe(true)
    const files = [
      ...['tokenizer.json', 'tokenizer.model', 'spiece.model', 'vocab.json', 'vocab.txt', 'merges.txt', 'tekken.json'],
      ...['added_tokens.json', 'special_tokens_map.json', 'tiktoken.model'],
    ]
    const { tokenizer, notes } = await differences(
      Object.fromEntries([...files, 'other.json'].map((file) => [file, '13'])),
    )
    expect(tokenizer.map(({ field }) => field)).toStrictEqual(files.toSorted())
    for (const { after } of tokenizer) expect(after).toBe(`2 bytes, SHA-256 ${digest}…`)
    const bySize = 'the files of the tokenizers are compared by size: on the hub, they would have to be downloaded'
    expect(notes).toStrictEqual(['weights are not compared: only names, shapes and formats of tensors'])
    const remote = (text: string): FileSource => ({
      name: 'hf:a/b',
      isRemote: true,
      notes: ['a note of the source'],
      list: async () => ['config.json', 'vocab.txt'],
      size: async (file) => (file === 'vocab.txt' ? text.length : JSON.stringify(CONFIG).length),
      read: async (file, start, end) => {
        if (file === 'vocab.txt') throw new Error('downloaded')
        return Buffer.from(JSON.stringify(CONFIG)).subarray(start, end)
      },
    })
    const far = await diffCheckpoints(remote('abc'), remote('abcd'))
    expect(far.tokenizer).toStrictEqual([{ field: 'vocab.txt', before: '3 bytes', after: '4 bytes' }])
    expect(far.notes).toStrictEqual(['a note of the source', 'a note of the source', bySize])
  })

  it('compares files that are larger than any tokenizer by their size', async () => {
    const MIB = 1024 * 1024
    const local = (size: number): FileSource => ({
      name: '/m',
      list: async () => ['config.json', 'tokenizer.json'],
      size: async (file) => (file === 'tokenizer.json' ? size : JSON.stringify(CONFIG).length),
      read: async (file, start, end) => {
        if (file === 'tokenizer.json') throw new Error('read')
        return Buffer.from(JSON.stringify(CONFIG)).subarray(start, end)
      },
    })
    const { tokenizer } = await diffCheckpoints(local(64 * MIB + 1), local(64 * MIB + 2))
    expect(tokenizer).toStrictEqual([{ field: 'tokenizer.json', before: '67108865 bytes', after: '67108866 bytes' }])
    await expect(diffCheckpoints(local(64 * MIB), local(1))).rejects.toThrow('read')
  })

  it('refuses an option that there is not', async () => {
    await expect(diffCheckpoints(blobs(BASE), blobs(BASE), { varient: 'x' } as never)).rejects.toThrow(
      'did you mean `variant`?',
    )
  })

  it('compares adapters', async () => {
    const adapter = (r: number) => blobs({ 'adapter_config.json': { peft_type: 'LORA', r, lora_alpha: 16 } })
    expect(await diffCheckpoints(adapter(8), adapter(16))).toMatchObject({
      same: false,
      adapter: [{ field: 'lora_config.rank', before: 8, after: 16 }],
    })
  })

  it('compares linear layers, and says that tensors are not, if only one has safetensors files', async () => {
    const { 'model.safetensors': _, ...files } = BASE
    const wider = { ...CONFIG, intermediate_size: 32 }
    const found = await diffCheckpoints(blobs(BASE), blobs({ ...files, 'config.json': wider }))
    expect(found.spec).toContainEqual({
      ...{ field: 'linear_layers.model.layers.0.mlp.up_proj', before: [8, 16], after: [8, 32] },
    })
    expect(found.notes).toContain('tensors are not compared: only one of the two has safetensors files')
  })

  // The files of quantisers: the quantised weights of the same model, as they were before packing.
  it.each(['gptqmodel_4bit_llama', 'mlx4_llama', 'ct_w4a16_moe', 'modelopt_fp8_llama'])(
    'sees the same model in what %s stores in another format',
    async (id) => {
      const rows = readRecords<{ id: string; files: Readonly<Record<string, PackedFile>> }>('quantised.jsonl.gz')
      const find = (name: string) => packedSource(name, rows.find((row) => row.id === name)?.files ?? {})
      const base = id.endsWith('moe') ? 'plain_bf16_moe' : 'mlx_bf16_llama'
      const { tensors, spec } = await diffCheckpoints(find(base), find(id))
      expect(tensors).toMatchObject({ added: [], removed: [], reshaped: [] })
      expect(tensors?.restored.length).toBeGreaterThan(10)
      expect(spec.map(({ field }) => field)).toContain('precision')
    },
  )
})
