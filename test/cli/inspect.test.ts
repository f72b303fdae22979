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

  it('reads another copy of the weights on request, and says if there is none', () => {
    const { code, stderr } = inspect('broken', '--variant', 'fp16')
    expect(code).toBe(1)
    expect(stderr).toContain('model.fp16.safetensors')
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

  it('leaves linear layers out of a manifest, says so, and includes them when asked', () => {
    const request = ['tiny/config.json', '--as', 'request', '--name', 'a']
    const { stdout } = inspect(...request)
    expect(parse(stdout).spec).not.toHaveProperty('linear_layers')
    expect(stdout).toMatch(/^# linear_layers \(\d+\) are left out: .*--linear-layers/m)
    const whole = inspect(...request, '--linear-layers').stdout
    expect(parse(whole).spec.linear_layers).toHaveLength(Number(/linear_layers \((\d+)\)/.exec(stdout)?.[1]))
    expect(whole).not.toContain('left out: the platform')
    expect(inspect('tiny/config.json', '--linear-layers').code).toBe(2)
  })

  it('compares the files with the config, and exits with 1 where they differ', () => {
    const { code, stdout } = inspect('broken', '--compare')
    expect(code).toBe(1)
    expect(stdout).toContain('lm_head.weight: expected [100, 64], found [100, 32]')
    expect(stdout).toContain('20 missing from the files:')
  })

  // q: 64 → 64, v: 64 → 64, in two layers; rank 8.
  it("counts a LoRA on the family's default targets, as PEFT has them", () => {
    const { code, stdout } = inspect('tiny', '--lora', '8')
    expect(code).toBe(0)
    expect(stdout).toContain('LoRA of rank 8  4,096 trainable parameters in 4 modules, 4.3 %')
    expect(stdout).toMatch(/ {2}q_proj +2 {2}2,048\n {2}v_proj +2 {2}2,048\n/)
  })

  it.each([
    ['all-linear', 'all-linear', 14, 2 * 8 * (4 * 128 + 3 * 192)],
    ['q_proj,down_proj', ['q_proj', 'down_proj'], 4, 2 * 8 * (128 + 192)],
    ['.*layers\\.1\\..*_proj', '.*layers\\.1\\..*_proj', 7, 8 * (4 * 128 + 3 * 192)],
  ])('counts a LoRA on %s, in JSON and YAML', (target, targetModules, modules, trainableParameters) => {
    const { lora } = JSON.parse(inspect('tiny', '--lora', '8', '--target', target, '--format', 'json').stdout)
    expect(lora).toMatchObject({ rank: 8, targetModules, modules, trainableParameters })
    expect(parse(inspect('tiny', '--lora', '8', '--target', target, '--format', 'yaml').stdout).lora).toEqual(lora)
  })

  it('lets nothing in a config steer the terminal', () => {
    expect(inspect('broken').stdout).not.toContain('\u001b')
  })

  it.each([
    ['a folder that is not there', ['nowhere'], 1, 'no_checkpoint'],
    ['a name that is none', ['tiny', '--as', 'request', '--name', 'a b'], 2, 'found " "'],
    ['a request without a name', ['tiny', '--as', 'request'], 2, '--name'],
    ['a comparison without files', ['tiny', '--compare'], 2, '--compare'],
    ['a LoRA of no rank', ['tiny', '--lora', '0'], 2, 'at least 1'],
    ['targets that match nothing', ['tiny', '--lora', '8', '--target', 'q_prj'], 2, 'q_proj'],
    ['targets without a rank', ['tiny', '--target', 'q_proj'], 2, '--lora'],
    ['a LoRA in a manifest', ['tiny', '--lora', '8', '--as', 'request', '--name', 'a'], 2, '--as'],
    ['a repository that is none', ['hf:a/b/c'], 2, 'hf:org/name'],
  ])('says what is wrong with %s', (_, args, code, words) => {
    expect(inspect(...args)).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(words) })
  })
})
