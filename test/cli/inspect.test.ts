import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { safetensorsFile } from '../checkpoint/safetensors-file.js'
import { runCli } from './run-cli.js'

let folder = ''
const CONFIG = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  hidden_size: 64,
  intermediate_size: 128,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  vocab_size: 100,
  torch_dtype: 'bfloat16',
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'inspect-'))
  mkdirSync(join(folder, 'tiny'))
  mkdirSync(join(folder, 'broken'))
  writeFileSync(join(folder, 'tiny/config.json'), JSON.stringify(CONFIG))
  writeFileSync(join(folder, 'tiny/tokenizer_config.json'), '{}')
  writeFileSync(join(folder, 'broken/config.json'), JSON.stringify({ ...CONFIG, _name_or_path: '\u001b[31mred' }))
  writeFileSync(
    join(folder, 'broken/model.safetensors'),
    safetensorsFile([{ name: 'lm_head.weight', dtype: 'BF16', shape: [100, 32] }]),
  )
})

afterAll(() => rmSync(folder, { recursive: true }))

const inspect = (...args: string[]) => runCli(['inspect', ...args], { cwd: folder })

describe('model-entity inspect', () => {
  it('shows what the checkpoint is, its sizes, its parameters by part, and nothing to note', () => {
    const { code, stdout } = inspect('tiny')
    expect(code).toBe(0)
    expect(stdout).toContain('tiny  llama model, 95,040 parameters in bfloat16')
    expect(stdout).toMatch(/ {2}mlp +█+░* +51\.7 % {2}49,152/)
    expect(stdout).not.toContain('note:')
  })

  it('prints the spec as JSON and as YAML, the same', () => {
    const json = JSON.parse(inspect('tiny', '--format', 'json').stdout)
    expect(json.spec).toMatchObject({ family: 'llama', base_num_parameters: 95_040 })
    expect(parse(inspect('tiny', '--format', 'yaml').stdout)).toEqual(json)
  })

  it('prints a manifest that check passes', () => {
    const { stdout } = inspect(
      'tiny/config.json',
      '--as',
      'request',
      '--name',
      'tiny-llama',
      '--fileset',
      'research/tiny',
    )
    expect(parse(stdout)).toMatchObject({
      name: 'tiny-llama',
      fileset: 'research/tiny',
      spec: { checkpoint_model_name: 'tiny' },
    })
    expect(runCli(['check', '-', '--max-warnings', '0'], { input: stdout })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('0 errors, 0 warnings, 0 infos'),
    })
  })

  it('compares the files with the config, and exits with 1 where they differ', () => {
    const { code, stdout } = inspect('broken', '--compare')
    expect(code).toBe(1)
    expect(stdout).toContain('lm_head.weight: expected [100, 64], found [100, 32]')
    expect(stdout).toContain('20 missing from the files:')
  })

  it('lets nothing in a config steer the terminal', () => {
    expect(inspect('broken').stdout).not.toContain('\u001b')
  })

  it.each([
    ['a folder that is not there', ['nowhere'], 1, 'no_checkpoint'],
    ['a name that is none', ['tiny', '--as', 'request', '--name', 'a b'], 2, 'found " "'],
    ['a request without a name', ['tiny', '--as', 'request'], 2, '--name'],
    ['a comparison without files', ['tiny', '--compare'], 2, '--compare'],
    ['a repository that is none', ['hf:a/b/c'], 2, 'hf:org/name'],
  ])('says what is wrong with %s', (_, args, code, words) => {
    expect(inspect(...args)).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(words) })
  })
})
