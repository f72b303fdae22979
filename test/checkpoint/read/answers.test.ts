import { describe, expect, it } from 'vitest'
import { type FileSource, readCheckpoint } from '../../../src/checkpoint/read/index.js'
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
        `pip install "transformers<4.48" torch accelerate tiktoken sentencepiece && ${converter} 2 --llama_version 3.1 --output_dir`,
      ),
    })
    await expect(readCheckpoint(sourceOf('x', { 'consolidated.00.pth': 'no pickle' }))).rejects.toMatchObject({
      code: 'invalid_header',
      help: expect.stringContaining(`${converter} 1 `),
    })
  })

  it('notes GGUF files beside a config, but not beside a config and weights', async () => {
    const gguf = { 'config.json': CONFIG, 'a.gguf': 'GGUF', 'b.gguf': 'GGUF' }
    const note = 'the spec is from config.json; 2 GGUF files were not read: to read one, pass its path'
    expect((await readCheckpoint(sourceOf('x', gguf))).notes).toContain(note)
    expect((await readCheckpoint(sourceOf('x', { ...gguf, 'model.safetensors': WEIGHTS }))).notes).not.toContain(note)
  })

  it('throws for a wrong option', async () => {
    const source = sourceOf('x', { 'config.json': CONFIG })
    await expect(readCheckpoint(source, { varient: 'fp16' } as never)).rejects.toThrow('did you mean `variant`?')
  })
})
