import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readCheckpointFiles } from '../../../src/checkpoint/read/checkpoint-files.js'
import { readCheckpoint } from '../../../src/checkpoint/read/index.js'
import { pathSource } from '../../../src/checkpoint/read/path-source.js'
import { safetensorsFile, type TensorToWrite } from '../safetensors-file.js'

const CONFIG = {
  model_type: 'llama',
  architectures: ['LlamaForCausalLM'],
  hidden_size: 8,
  intermediate_size: 16,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  vocab_size: 10,
  torch_dtype: 'float32',
}

const TENSORS: TensorToWrite[] = [
  { name: 'model.embed_tokens.weight', dtype: 'BF16', shape: [10, 8] },
  ...['q', 'k', 'v', 'o'].map(
    (name): TensorToWrite => ({ name: `model.layers.0.self_attn.${name}_proj.weight`, dtype: 'BF16', shape: [8, 8] }),
  ),
  { name: 'model.layers.0.mlp.gate_proj.weight', dtype: 'BF16', shape: [16, 8] },
  { name: 'model.layers.0.mlp.up_proj.weight', dtype: 'BF16', shape: [16, 8] },
  { name: 'model.layers.0.mlp.down_proj.weight', dtype: 'BF16', shape: [8, 16] },
  { name: 'model.layers.0.input_layernorm.weight', dtype: 'BF16', shape: [8] },
  { name: 'model.layers.0.post_attention_layernorm.weight', dtype: 'BF16', shape: [8] },
  { name: 'model.norm.weight', dtype: 'BF16', shape: [8] },
  { name: 'lm_head.weight', dtype: 'BF16', shape: [10, 8] },
]

let folder = ''

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'read-')), 'tiny')
  mkdirSync(folder)
})

afterEach(() => rmSync(join(folder, '..'), { recursive: true }))

function write(name: string, content: unknown): void {
  mkdirSync(join(folder, name, '..'), { recursive: true })
  writeFileSync(
    join(folder, name),
    content instanceof Uint8Array || typeof content === 'string' ? content : JSON.stringify(content),
  )
}

const failure = (code: string) => expect.objectContaining({ name: 'CheckpointError', code })

describe('readCheckpoint of a folder', () => {
  it('tells spec, storage and agreement; the precision is that of the files', async () => {
    write('config.json', CONFIG)
    write('model.safetensors', safetensorsFile(TENSORS))
    write('chat_template.jinja', '{{ messages }}')
    const { spec, comparison, notes } = await readCheckpoint(folder)
    expect(spec).toMatchObject({
      checkpoint_model_name: 'tiny',
      precision: 'bfloat16',
      is_chat: true,
      base_num_parameters: 824,
    })
    expect(comparison).toMatchObject({ agrees: true, extra: [], missing: [] })
    expect(notes).toStrictEqual([])
  })

  it('reads the shards that the index names, and tells what is missing from them', async () => {
    write('config.json', CONFIG)
    const [first, second] = [TENSORS.slice(0, 5), TENSORS.slice(6)]
    write('model-00001-of-00002.safetensors', safetensorsFile(first))
    write('model-00002-of-00002.safetensors', safetensorsFile(second))
    write('other.safetensors', 'no safetensors file, and none of the model')
    const weightMap = Object.fromEntries([
      ...first.map(({ name }) => [name, 'model-00001-of-00002.safetensors']),
      ...second.map(({ name }) => [name, 'model-00002-of-00002.safetensors']),
    ])
    write('model.safetensors.index.json', { weight_map: weightMap })
    const { comparison } = await readCheckpoint(folder)
    expect(comparison).toMatchObject({ agrees: false, missing: ['model.layers.0.mlp.gate_proj.weight'] })
  })

  it('reads the weights that transformers loads where there are two copies, and says what it left', async () => {
    write('config.json', CONFIG)
    write('model.safetensors', safetensorsFile(TENSORS))
    write('model.fp16.safetensors', safetensorsFile(TENSORS.map((tensor) => ({ ...tensor, dtype: 'F16' as const }))))
    const { spec, notes } = await readCheckpoint(folder)
    expect(spec?.precision).toBe('bfloat16')
    expect(notes[0]).toBe('not read: model.fp16.safetensors; transformers does not load it')
    expect((await readCheckpoint(folder, { variant: 'fp16' })).spec?.precision).toBe('float16')
    await expect(readCheckpoint(folder, { variant: 'fp8' })).rejects.toStrictEqual(failure('unreadable_file'))
  })

  it('reads a pickle without executing it, and refuses one that holds no tensors', async () => {
    write('pytorch_model.bin', 'a pickle')
    await expect(readCheckpoint(folder)).rejects.toMatchObject({
      ...{ code: 'invalid_header', help: expect.stringContaining('save_pretrained') },
    })
    write('config.json', CONFIG)
    expect((await readCheckpoint(folder)).notes).toContainEqual(
      expect.stringMatching(/^not read: pytorch_model\.bin cannot be read without executing it.*save_pretrained/),
    )
    const { files } = JSON.parse(
      readFileSync(new URL('../../fixtures/checkpoint/torch-files.json', import.meta.url), 'utf8'),
    )
    write('pytorch_model.bin', Buffer.from(files[0].file, 'base64'))
    const { stored, comparison, notes } = await readCheckpoint(folder)
    expect(stored?.storage.parameters.map(({ name }) => name)).toContain('embed.weight')
    expect(comparison?.verdict).toBe('differs')
    expect(notes).toContain('names and shapes are from pickle files, which were read without executing them')
    expect(notes).toContain('head.weight: stored as other names for the same data')
    const untied = files.find(({ name }: { name: string }) => name === 'every dtype')
    write('untied.bin', Buffer.from(untied.file, 'base64'))
    const alone = await readCheckpointFiles(await pathSource(join(folder, 'untied.bin')))
    expect(alone.notes).toStrictEqual([
      'names and shapes are from pickle files, which were read without executing them',
    ])
    rmSync(join(folder, 'untied.bin'))
    const five = files.find(({ name }: { name: string }) => name === 'five names for the same data')
    write('five.bin', Buffer.from(five.file, 'base64'))
    expect((await readCheckpoint(join(folder, 'five.bin'))).notes).toContain(
      'c0, c1, c2: stored as other names for the same data',
    )
    rmSync(join(folder, 'five.bin'))
    expect((await readCheckpoint(join(folder, 'pytorch_model.bin'))).partialSpec).toMatchObject({
      base_num_parameters: 60,
    })
    write('model.safetensors', safetensorsFile(TENSORS))
    expect((await readCheckpoint(folder)).notes).toContain('not read: pytorch_model.bin; transformers does not load it')
  })

  it('reads the weights of an adapter, not those of the model beside it', async () => {
    write('adapter_config.json', { peft_type: 'LORA', r: 4, lora_alpha: 8 })
    write('model.safetensors', safetensorsFile(TENSORS))
    const lora: TensorToWrite[] = [{ name: 'm.q_proj.lora_A.weight', dtype: 'F32', shape: [4, 8] }]
    write('adapter_model.safetensors', safetensorsFile(lora))
    const { adapter, notes } = await readCheckpoint(folder)
    expect(adapter).toMatchObject({ parameters: 32, modules: 1 })
    expect(notes).toContain('not read: model.safetensors; PEFT does not load it')
  })

  it.each([
    ['chat_template.json', { chat_template: '{{ messages }}' }, true],
    ['tokenizer_config.json', { chat_template: '{{ messages }}' }, true],
    ['tokenizer_config.json', { chat_template: '' }, false],
    ['tokenizer_config.json', {}, false],
    ['additional_chat_templates/default.jinja', '{{ messages }}', true],
    ['chat_template.jinja', ' \n', false],
  ])('finds the chat template in %s: %j', async (file, content, isChat) => {
    write('config.json', CONFIG)
    write(file, content)
    const { spec } = await readCheckpoint(folder)
    expect(spec?.is_chat).toBe(isChat)
    expect(spec?.chat_template).toBe(isChat ? '{{ messages }}' : undefined)
  })

  it('is called what its folder is called, not what its author called it', async () => {
    write('config.json', { ...CONFIG, _name_or_path: '/home/someone/checkpoints/final-3' })
    expect((await readCheckpoint(folder)).spec?.checkpoint_model_name).toBe('tiny')
  })

  it('takes an adapter_config.json for its folder', async () => {
    write('adapter_config.json', { peft_type: 'LORA', r: 4, lora_alpha: 8 })
    write(
      'adapter_model.safetensors',
      safetensorsFile([{ name: 'm.q_proj.lora_A.weight', dtype: 'F32', shape: [4, 8] }]),
    )
    expect((await readCheckpoint(join(folder, 'adapter_config.json'))).adapter).toMatchObject({ modules: 1 })
  })

  it('says that GGUF files next to a config are not read', async () => {
    write('config.json', CONFIG)
    write('model.gguf', 'GGUF')
    expect((await readCheckpoint(folder)).notes).toContainEqual(expect.stringContaining('1 GGUF file was not read'))
  })

  it('does without a config: totals come from the headers, and notes say what cannot', async () => {
    write('model.safetensors', safetensorsFile(TENSORS))
    const { spec, stored, notes } = await readCheckpoint(folder)
    expect(spec).toBeUndefined()
    expect(stored?.storage.parameters).toHaveLength(TENSORS.length)
    expect(notes).toContainEqual(expect.stringContaining('config.json'))
  })

  it('does with a family that nobody knows, where headers are there', async () => {
    write('config.json', { model_type: 'unheard_of' })
    await expect(readCheckpoint(folder)).rejects.toStrictEqual(failure('unsupported_architecture'))
    write('model.safetensors', safetensorsFile(TENSORS))
    expect((await readCheckpoint(folder)).notes).toContainEqual(expect.stringContaining('unheard_of'))
  })

  it('tells an adapter and its base', async () => {
    write('adapter_config.json', { peft_type: 'LORA', r: 4, lora_alpha: 8, base_model_name_or_path: 'org/base' })
    write(
      'adapter_model.safetensors',
      safetensorsFile([{ name: 'm.q_proj.lora_A.weight', dtype: 'F32', shape: [4, 8] }]),
    )
    const { adapter, spec } = await readCheckpoint(folder, { adapter: { name: 'a', workspace: 'w', fileset: 'w/a' } })
    expect(spec).toBeUndefined()
    expect(adapter).toMatchObject({
      baseModel: 'org/base',
      adapter: { name: 'a', lora_config: { rank: 4, alpha: 8 } },
      modules: 1,
    })
  })

  it('reads the header alone of a file of 50 GB', async () => {
    const big: TensorToWrite = { name: 'lm_head.weight', dtype: 'BF16', shape: [5_000_000, 5_000] }
    const header = safetensorsFile([big], 0)
    const file = openSync(join(folder, 'model.safetensors'), 'w')
    writeSync(file, header)
    ftruncateSync(file, header.length + 50_000_000_000)
    closeSync(file)
    expect((await readCheckpoint(folder)).stored?.storage.parameters).toMatchObject([{ storedBytes: 50_000_000_000 }])
  })

  it('takes Infinity in a config, as Python writes it', async () => {
    write('config.json', JSON.stringify({ ...CONFIG, time_step_limit: 'INF' }).replace('"INF"', '[0.0, Infinity]'))
    expect((await readCheckpoint(folder)).spec?.family).toBe('llama')
  })

  it.each([
    ['nothing', {}, 'no_checkpoint'],
    ['a config that is no JSON', { 'config.json': '{"model_type": ' }, 'invalid_json'],
    ['a config that is a list', { 'config.json': '[]' }, 'invalid_json'],
    ['a config that is not UTF-8', { 'config.json': new Uint8Array([0xff]) }, 'invalid_json'],
    ['a config with a negative size', { 'config.json': { ...CONFIG, hidden_size: -8 } }, 'invalid_field'],
    ['a config with __proto__', { 'config.json': '{"__proto__": {"model_type": "llama"}}' }, 'missing_field'],
    ['a truncated file', { 'model.safetensors': safetensorsFile(TENSORS).subarray(0, 100) }, 'truncated_file'],
    ['a file without all of its weights', { 'model.safetensors': safetensorsFile(TENSORS, 100) }, 'truncated_file'],
    ['a header of 4 GB', { 'model.safetensors': new Uint8Array([0, 0, 0, 0, 1, 0, 0, 0, 123]) }, 'header_too_large'],
    [
      'an index that leads out',
      { 'model.safetensors.index.json': { weight_map: { w: '../../etc/passwd' } } },
      'path_outside_checkpoint',
    ],
    [
      'an index with an absolute path',
      { 'model.safetensors.index.json': { weight_map: { w: '/etc/passwd' } } },
      'path_outside_checkpoint',
    ],
    [
      'an index that names what is not there',
      { 'model.safetensors.index.json': { weight_map: { w: 'gone.safetensors' } } },
      'unreadable_file',
    ],
    ['an index without a map', { 'model.safetensors.index.json': {} }, 'invalid_json'],
    ['a GGUF file that is none', { 'model.gguf': 'GGUF' }, 'invalid_header'],
  ])('tells %s by a typed error', async (_, files, code) => {
    for (const [name, content] of Object.entries(files)) write(name, content)
    await expect(readCheckpoint(folder)).rejects.toStrictEqual(failure(code))
  })

  it('reads nothing through a link that leads out', async () => {
    writeFileSync(join(folder, '../outside.json'), JSON.stringify(CONFIG))
    symlinkSync('../outside.json', join(folder, 'config.json'))
    await expect(readCheckpoint(folder)).rejects.toStrictEqual(failure('path_outside_checkpoint'))
  })

  it('tells a folder that is not there', async () => {
    await expect(readCheckpoint(join(folder, 'nowhere'))).rejects.toStrictEqual(failure('no_checkpoint'))
  })
})

describe('readCheckpoint of files in a browser', () => {
  it('reads blobs by name, and files of a picked folder', async () => {
    const header = safetensorsFile(TENSORS).slice()
    const blobs = new Map([
      ['config.json', new Blob([JSON.stringify(CONFIG)])],
      ['model.safetensors', new Blob([header])],
    ])
    expect((await readCheckpoint(blobs)).comparison?.agrees).toBe(true)
    const files = [new File([JSON.stringify(CONFIG)], 'config.json'), new File([header], 'model.safetensors')]
    expect((await readCheckpoint(files)).comparison?.agrees).toBe(true)
  })
})
