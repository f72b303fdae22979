import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { modelSpecFromConfig } from '../../src/checkpoint/index.js'
import { runCli } from './run-cli.js'

let folder = ''
const CONFIG = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  hidden_size: 4096,
  intermediate_size: 14_336,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  vocab_size: 128_256,
  max_position_embeddings: 131_072,
  torch_dtype: 'bfloat16',
}
const AWQ = { ...CONFIG, quantization_config: { quant_method: 'awq', bits: 4, group_size: 128, zero_point: true } }

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'serving-'))
  mkdirSync(join(folder, 'plain'))
  writeFileSync(join(folder, 'plain/config.json'), JSON.stringify(CONFIG))
  writeFileSync(join(folder, 'awq.json'), JSON.stringify(AWQ))
  writeFileSync(join(folder, 'awq.yaml'), stringify({ name: 'awq', spec: modelSpecFromConfig(AWQ).spec }))
  writeFileSync(join(folder, 'headless.json'), JSON.stringify({ ...CONFIG, architectures: ['LlamaModel'] }))
  writeFileSync(join(folder, 'bert.json'), JSON.stringify({ model_type: 'bert', architectures: ['BertModel'] }))
})

afterAll(() => rmSync(folder, { recursive: true }))

const serving = (...args: string[]) => runCli(['serving', ...args], { cwd: folder })
const plan = (...args: string[]) => JSON.parse(serving(...args, '--format', 'json').stdout).plan

describe('model-entity serving', () => {
  it('says first whether it fits, then the parts and how sure they are, then what fits, then what would make it fit', () => {
    const { code, stdout } = serving('plain', '--gpu', 'l4')
    expect(code).toBe(0)
    const places = [
      'plain  llama, bfloat16, vllm',
      '22.06 GiB on each GPU: 1 sequence of 131,072 tokens does not fit',
      'W weights                14.99 GiB  replayed',
      'cache per token        131,072 bytes',
      'It would fit with any one of these, the cheapest first:\n  a context of at most',
      'assumed: ',
      'source: vLLM',
    ].map((text) => stdout.indexOf(text))
    expect(places).toEqual([...places].sort((a, b) => a - b))
    expect(places[0]).toBe(0)
  })

  it('counts weights as the checkpoint stores them, and an AWQ model of 8 billion fits on a card of 12 GB', () => {
    expect(serving('awq.json', '--fits', '12GB', '--context', '4096', '--max-sequences', '32').code).toBe(0)
    expect(serving('plain', '--fits', '12GB', '--context', '4096').code).toBe(1)
    expect(plan('awq.yaml').weightBytes).toBe(plan('awq.json').weightBytes)
    expect(plan('awq.json', '--precision', 'bfloat16').weightBytes).toBe(plan('plain').weightBytes)
  })

  it('plans decoders without a head, and encoders without a cache', () => {
    expect(plan('headless.json').cacheBytesPerToken).toBe(131_072)
    expect(plan('bert.json').cacheBytesPerToken).toBe(0)
    expect(serving('bert.json').stdout).toContain('an encoder reads a text at once and caches nothing')
  })

  it('passes every option on', () => {
    const { memoryUtilization, gpus, contextTokens, concurrency, engineVersion } = plan(
      ...['plain', '--engine', 'vllm', '--engine-version', '0.11', '--tensor-parallel', '2', '--data-parallel', '2'],
      ...['--memory-utilization', '0.8', '--context', '8192', '--concurrency', '6', '--cache-dtype', 'fp8'],
      ...['--max-sequences', '64', '--chunk', '1024', '--lora-slots', '2', '--draft', 'eagle', '--draft-tokens', '4'],
      ...['--images', '0'],
    )
    expect({ memoryUtilization, gpus, contextTokens, concurrency, engineVersion }).toEqual({
      memoryUtilization: 0.8,
      gpus: 4,
      contextTokens: 8192,
      concurrency: 6,
      engineVersion: '0.11',
    })
  })

  it('writes a table', () => {
    expect(serving('plain', '--format', 'markdown').stdout).toContain('| weights | 14.99 GiB | replayed |')
  })

  it.each([
    ['GPUs that do not divide the heads', ['plain', '--tensor-parallel', '3'], 'should divide the 32 attention heads'],
    ['an unknown engine', ['plain', '--engine', 'abacus'], 'vllm'],
    ['an unknown version', ['plain', '--engine-version', 'new'], 'a version such as 0.11'],
    ['a share that is none', ['plain', '--memory-utilization', '1.5'], 'between 0.01 and 1'],
    ['images for a model that sees none', ['plain', '--images', '2'], 'has no encoder of them'],
    ['images that are no number', ['plain', '--images', 'two'], 'an integer of at least 0'],
    ['draft tokens without a draft', ['plain', '--draft-tokens', '2'], '--draft'],
  ])('says what is wrong with %s', (_, args, words) => {
    expect(serving(...args)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(words) })
  })
})
