import { describe, expect, it } from 'vitest'
import { readCheckpointFiles } from '../../../src/checkpoint/read/checkpoint-files.js'
import { type FileSource, readCheckpoint } from '../../../src/checkpoint/read/index.js'
import { ggufFile } from '../gguf-file.js'
import { safetensorsFile } from '../safetensors-file.js'

const CONFIG = JSON.stringify({ model_type: 'gpt2', n_embd: 8, n_head: 2, n_layer: 1, vocab_size: 10 })
const WEIGHTS = safetensorsFile([{ name: 'transformer.wte.weight', dtype: 'F32', shape: [10, 8] }])
const ADAPTER = JSON.stringify({ peft_type: 'LORA', r: 4, lora_alpha: 8 })

function sourceOf(name: string, files: Readonly<Record<string, string | Uint8Array>>): FileSource {
  const bytesOf = (file: string) => {
    const content = files[file] ?? ''
    return typeof content === 'string' ? new TextEncoder().encode(content) : content
  }
  return {
    name,
    list: async () => Object.keys(files),
    size: async (file) => bytesOf(file).length,
    read: async (file, start, end) => bytesOf(file).slice(start, end),
  }
}

describe('the name of a checkpoint', () => {
  it.each([
    ['/data/models/tiny', 'tiny'],
    ['/data/models/tiny/', 'tiny'],
    ['C:\\models\\tiny', 'tiny'],
    ['hf:org/name', 'org/name'],
    ['', 'checkpoint'],
    ['//', 'checkpoint'],
  ])('from %j is %j', async (name, expected) => {
    const { spec } = await readCheckpoint(sourceOf(name, { 'config.json': CONFIG }))
    expect(spec?.checkpoint_model_name).toBe(expected)
  })

  it('is the given one if one is given', async () => {
    const { spec } = await readCheckpoint(sourceOf('hf:org/name', { 'config.json': CONFIG }), { name: 'mine' })
    expect(spec?.checkpoint_model_name).toBe('mine')
  })

  it('is the name and the fileset of an adapter, in the workspace default', async () => {
    const { adapter } = await readCheckpoint(sourceOf('hf:org/medical', { 'adapter_config.json': ADAPTER }))
    expect(adapter?.adapter).toMatchObject({ name: 'medical', workspace: 'default', fileset: 'default/medical' })
  })
})

describe('what is read, by what is there', () => {
  const keysOf = async (files: Readonly<Record<string, string | Uint8Array>>) => {
    const checkpoint = await readCheckpoint(sourceOf('x', files))
    return Object.keys(checkpoint).sort()
  }

  it.each([
    ['a config', { 'config.json': CONFIG }, ['architecture', 'config', 'notes', 'spec']],
    ['weights', { 'model.safetensors': WEIGHTS }, ['notes', 'partialSpec', 'stored']],
    [
      'both',
      { 'config.json': CONFIG, 'model.safetensors': WEIGHTS },
      ['architecture', 'comparison', 'config', 'notes', 'spec', 'stored'],
    ],
    [
      'weights of an unknown family',
      { 'config.json': '{"model_type": "unheard_of"}', 'model.safetensors': WEIGHTS },
      ['config', 'notes', 'partialSpec', 'stored'],
    ],
    ['an adapter', { 'adapter_config.json': ADAPTER }, ['adapter', 'notes']],
  ])('%s', async (_, files, keys) => {
    expect(await keysOf(files)).toStrictEqual(keys)
  })

  it('throws for an unknown family without weights, and for a wrong config with weights', async () => {
    const unknown = sourceOf('x', { 'config.json': '{"model_type": "unheard_of"}' })
    await expect(readCheckpoint(unknown)).rejects.toMatchObject({ code: 'unsupported_architecture' })
    const wrong = sourceOf('x', { 'config.json': '{"model_type": "gpt2", "n_embd": -8}', 'model.safetensors': WEIGHTS })
    await expect(readCheckpoint(wrong)).rejects.toMatchObject({ code: 'invalid_field' })
  })

  it('throws for a source without a checkpoint, with its name as the place', async () => {
    await expect(readCheckpoint(sourceOf('/data/empty', { 'README.md': '#' }))).rejects.toMatchObject({
      code: 'no_checkpoint',
      place: ['/data/empty'],
      message: expect.stringContaining('/data/empty has no config.json and no safetensors or GGUF files'),
    })
  })

  it('says how to convert the files that Meta publishes, of which each has a slice of every tensor', async () => {
    const files = {
      'consolidated.00.pth': 'PK',
      'consolidated.01.pth': 'PK',
      'params.json': '{}',
      'tokenizer.model': '',
    }
    const converter = 'python -m transformers.models.llama.convert_llama_weights_to_hf --input_dir . --num_shards'
    await expect(readCheckpoint(sourceOf('x', files))).rejects.toMatchObject({
      code: 'no_checkpoint',
      help: expect.stringContaining(
        `if you trust them, convert Meta's format (with the version of your Llama: 1, 2, 3, 3.1 or 3.2): pip install "transformers<4.48" torch accelerate tiktoken sentencepiece && ${converter} 2 --llama_version 3.1 --output_dir`,
      ),
    })
    await expect(readCheckpoint(sourceOf('x', { 'consolidated.00.pth': 'no pickle' }))).rejects.toMatchObject({
      code: 'invalid_header',
      help: expect.stringMatching(
        /^if you trust it, convert Meta's format .* --num_shards 1 --llama_version 3\.1 --output_dir converted$/,
      ),
    })
  })

  it('notes GGUF files beside a config, but not beside a config and weights', async () => {
    const gguf = { 'config.json': CONFIG, 'a.gguf': 'GGUF', 'b.gguf': 'GGUF' }
    const note = 'the spec is from config.json; 2 GGUF files were not read: to read one, pass its path'
    expect((await readCheckpoint(sourceOf('x', gguf))).notes).toContain(note)
    expect((await readCheckpoint(sourceOf('x', { ...gguf, 'model.safetensors': WEIGHTS }))).notes).not.toContain(note)
  })

  it('has of a quantised model how most weights are stored, with and without headers', async () => {
    const quantization_config = { quant_method: 'gptq', bits: 4 }
    const config = JSON.stringify({ ...JSON.parse(CONFIG), quantization_config })
    const quantisation = async (files: Readonly<Record<string, string | Uint8Array>>) =>
      (await readCheckpoint(sourceOf('x', files))).quantisation
    expect(await quantisation({ 'config.json': config })).toStrictEqual({ method: 'gptq', bits: 4 })
    const fp8 = safetensorsFile([
      { name: 'm.weight', dtype: 'F8_E4M3', shape: [4, 8] },
      { name: 'm.weight_scale', dtype: 'F32', shape: [1] },
    ])
    expect(await quantisation({ 'model.safetensors': fp8 })).toStrictEqual({ method: 'fp8', bits: 8, parameters: 32 })
    const unknown = JSON.stringify({ model_type: 'unheard_of', quantization_config })
    expect(await quantisation({ 'config.json': unknown, 'model.safetensors': fp8 })).toStrictEqual({
      ...{ method: 'gptq', bits: 8, parameters: 32 },
    })
    expect(await quantisation({ 'config.json': CONFIG })).toBeUndefined()
    // The files that tools write beside the config.
    const beside: readonly [file: string, content: object, expected: object][] = [
      ['quantize_config.json', { bits: 3 }, { method: 'gptq', bits: 3 }],
      ['quant_config.json', { quant_method: 'awq', w_bit: 4 }, { method: 'awq', bits: 4 }],
      ['hf_quant_config.json', { quantization: { quant_algo: 'FP8' } }, { method: 'modelopt', bits: 8 }],
      ['quanto_qmap.json', { 'h.0': { weights: 'qint2' } }, { method: 'quanto', bits: 2 }],
    ]
    for (const [file, content, expected] of beside)
      expect(await quantisation({ 'config.json': CONFIG, [file]: JSON.stringify(content) })).toStrictEqual(expected)
    const both = { 'quantize_config.json': '{"bits": 3}', 'quant_config.json': '{"bits": 8}', 'config.json': CONFIG }
    expect(await quantisation(both)).toStrictEqual({ method: 'gptq', bits: 3 })
  })

  it('has the estimate of GPUs that it is given, and its notes', async () => {
    const minimumGpus = () => ({ minimum_gpus_lora: 3, notes: ['estimated'] })
    const { spec, notes } = await readCheckpoint(sourceOf('x', { 'config.json': CONFIG }), { minimumGpus })
    expect(spec?.minimum_gpus_lora).toBe(3)
    expect(spec).not.toHaveProperty('minimum_gpus_all_weights')
    expect(notes).toContain('estimated')
  })

  it('says of GGUF files what they take, and no size if a type is not known', async () => {
    const metadata = { 'general.architecture': 'llama', 'llama.block_count': 1, 'llama.embedding_length': 32 }
    const tensors = (type: number) => [
      { name: 'token_embd.weight', shape: [32, 10], type: 8 },
      { name: 'blk.0.attn_q.weight', shape: [32, 32], type },
    ]
    const read = async (type: number) =>
      readCheckpoint(sourceOf('/data/m', { 'm.gguf': ggufFile(metadata, tensors(type)) }))
    // Q8_0 has 34 bytes for 32 weights, F16 two for each.
    const { ggufBytes, ggufParts, quantisation, spec } = await read(1)
    expect({ ggufBytes, ggufParts, quantisation, name: spec?.checkpoint_model_name }).toStrictEqual({
      ggufBytes: 340 + 2048,
      ggufParts: { embedding: 320, attention: 1024 },
      quantisation: undefined,
      name: 'm',
    })
    expect(await read(77)).not.toHaveProperty('ggufBytes')
    expect((await read(8)).quantisation).toStrictEqual({ method: 'Q8_0', bits: 8.5, parameters: 1344 })
  })

  it('has the parser, the window and the tokens of all small files', async () => {
    const files = {
      'config.json': CONFIG,
      'tokenizer_config.json': '{"chat_template": "a"}',
      'generation_config.json': '{"max_length": 5}',
      'modules.json': '[]',
      'chat_template.json': '{"chat_template": "b"}',
      'additional_chat_templates/tool.jinja': 'c',
      'additional_chat_templates/tool.txt': 'd',
      'additional_chat_templates/x/tool.jinja': 'e',
      '1_Pooling/config.json': '{}',
      'a.gguf': '',
    }
    const { headers, ...found } = await readCheckpointFiles(sourceOf('x', files))
    expect(headers.size).toBe(0)
    expect(found).toStrictEqual({
      config: JSON.parse(CONFIG),
      tokenizerConfig: { chat_template: 'a' },
      generationConfig: { max_length: 5 },
      sentenceTransformersModules: [],
      chatTemplateJson: { chat_template: 'b' },
      namedChatTemplates: new Map([['tool', 'c']]),
      hasPoolingConfig: true,
      ggufFiles: ['a.gguf'],
      notes: [],
    })
    expect(await readCheckpointFiles(sourceOf('x', { 'x/1_Pooling/config.json': '' }))).toStrictEqual({
      ...{ hasPoolingConfig: false, headers: new Map(), ggufFiles: [], notes: [] },
    })
    const own = { 'chat_template.jinja': 'f', 'adapter_config.json': ADAPTER, 'config.json': CONFIG }
    expect(await readCheckpointFiles(sourceOf('x', own))).toStrictEqual({
      ...{ chatTemplate: 'f', adapterConfig: JSON.parse(ADAPTER), config: JSON.parse(CONFIG) },
      ...{ hasPoolingConfig: false, headers: new Map(), ggufFiles: [], notes: [] },
    })
  })

  it('tells of each header of nine files that it is read, and keeps their order', async () => {
    const names = Array.from({ length: 9 }, (_, index) => `m${index}.safetensors`)
    const files = names.map((name) => [name, safetensorsFile([{ name, dtype: 'F32', shape: [2] }])])
    const told: object[] = []
    const { stored } = await readCheckpoint(sourceOf('x', Object.fromEntries(files)), {
      onProgress: (progress) => void told.push(progress),
    })
    expect(told).toStrictEqual(names.map((_, index) => ({ read: index + 1, files: 9 })))
    expect(stored?.storage.parameters.map(({ name }) => name)).toStrictEqual(names)
  })

  it('reads a header that is longer than the first read, and asks for no more than it needs', async () => {
    const reads: number[] = []
    const name = 'x'.repeat(300_000)
    const source = sourceOf('x', { 'model.safetensors': safetensorsFile([{ name, dtype: 'F32', shape: [2] }]) })
    const spied: FileSource = {
      ...source,
      read: (file, start, end) => {
        reads.push(end - start)
        return source.read(file, start, end)
      },
    }
    expect((await readCheckpoint(spied)).stored?.storage.parameters[0]?.name).toBe(name)
    expect(reads).toStrictEqual([256 * 1024, safetensorsFile([{ name, dtype: 'F32', shape: [2] }], 0).length])
    const small = sourceOf('x', { 'model.safetensors': WEIGHTS })
    expect((await readCheckpoint(small)).stored?.storage.parameters).toHaveLength(1)
  })

  it('says of a small file that is too large, no JSON or no text what is wrong', async () => {
    const large = { ...sourceOf('x', { 'config.json': CONFIG }), size: async () => 64 * 1024 * 1024 + 1 }
    await expect(readCheckpoint(large)).rejects.toMatchObject({
      code: 'unreadable_file',
      message: 'config.json has 67108865 bytes; at most 67108864 are allowed',
      place: ['config.json'],
    })
    await expect(readCheckpoint(sourceOf('x', { 'config.json': '{"a" 5}' }))).rejects.toMatchObject({
      ...{
        code: 'invalid_json',
        message: expect.stringMatching(/^config\.json: .* \(character 5\)$/),
        place: ['config.json', 5],
      },
    })
    await expect(readCheckpoint(sourceOf('x', { 'config.json': Uint8Array.of(0xff) }))).rejects.toMatchObject({
      ...{ code: 'invalid_json', message: 'config.json is not UTF-8', place: ['config.json'] },
    })
    await expect(readCheckpoint(sourceOf('x', { 'tokenizer_config.json': '[]' }))).rejects.toMatchObject({
      ...{
        code: 'invalid_json',
        message: 'tokenizer_config.json is not a JSON object',
        place: ['tokenizer_config.json'],
      },
    })
  })

  it('throws for a wrong option', async () => {
    const source = sourceOf('x', { 'config.json': CONFIG })
    await expect(readCheckpoint(source, { varient: 'fp16' } as never)).rejects.toThrow('did you mean `variant`?')
  })
})
