import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { safetensorsFile, type TensorToWrite } from '../checkpoint/safetensors-file.js'
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

/** A class and a field that no family has. */
const UNHEARD_OF = { model_type: 'unheard_of', architectures: ['UnheardOfForCausalLM'], wonders: 7 }

/** One layer with two key-value heads of 16, and no output embedding. */
const LAYER: readonly TensorToWrite[] = (
  [
    ['embed_tokens', 100, 64],
    ['layers.0.self_attn.q_proj', 64, 64],
    ['layers.0.self_attn.k_proj', 32, 64],
    ['layers.0.self_attn.v_proj', 32, 64],
    ['layers.0.self_attn.o_proj', 64, 64],
    ['layers.0.mlp.gate_proj', 128, 64],
    ['layers.0.mlp.up_proj', 128, 64],
    ['layers.0.mlp.down_proj', 64, 128],
  ] as const
).map(([name, ...shape]) => ({ name: `model.${name}.weight`, dtype: 'BF16', shape }))

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
    expect(stdout).not.toContain('Notes')
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
  })

  it('lists linear layers on request, those of all layers in one row', () => {
    const { stdout } = inspect('tiny', '--linear-layers')
    expect(stdout).toMatch(/^Linear layers\n {2}model\.layers\.\{0-1\}\.self_attn\.q_proj +64 → 64$/m)
  })

  it('describes a model of an unknown family from its files', () => {
    mkdirSync(join(folder, 'unknown'), { recursive: true })
    writeFileSync(join(folder, 'unknown/config.json'), JSON.stringify({ ...CONFIG, ...UNHEARD_OF }))
    writeFileSync(join(folder, 'unknown/model.safetensors'), safetensorsFile(LAYER))
    const { spec, lora } = JSON.parse(
      inspect('unknown', '--format', 'json', '--lora', '8', '--target', 'all-linear').stdout,
    )
    expect(spec).toMatchObject({ family: 'unheard_of', num_kv_heads: 2, gated_mlp: true, base_num_parameters: 43_264 })
    expect(lora).toMatchObject({ modules: 7 })
    expect(parse(inspect('unknown', '--as', 'request', '--name', 'a').stdout).spec).toMatchObject({ num_layers: 2 })
    expect(inspect('unknown', '--lora', '8')).toMatchObject({ code: 2, stderr: expect.stringContaining('--target') })
  })

  it('prints what is known without a config, and says why that makes no manifest', () => {
    mkdirSync(join(folder, 'bare'), { recursive: true })
    writeFileSync(join(folder, 'bare/model.safetensors'), safetensorsFile(LAYER))
    expect(JSON.parse(inspect('bare', '--format', 'json').stdout).partial_spec).toMatchObject({ num_layers: 1 })
    expect(inspect('bare', '--as', 'request', '--name', 'a')).toMatchObject({
      ...{ code: 2, stderr: expect.stringMatching(/incomplete: family.* without a config\.json/) },
    })
  })

  it('compares two checkpoints, and exits with 1 where they differ', () => {
    mkdirSync(join(folder, 'tuned'), { recursive: true })
    writeFileSync(join(folder, 'tuned/config.json'), JSON.stringify({ ...CONFIG, rope_theta: 5e5, token: 'hf_secret' }))
    writeFileSync(join(folder, 'tuned/tokenizer_config.json'), JSON.stringify({ chat_template: '{{ messages }}' }))
    const { code, stdout } = inspect('tiny', 'tuned')
    expect(code).toBe(1)
    expect(stdout).toContain('The checkpoints differ.')
    expect(stdout).toMatch(/^ {2}rope_theta +absent → 500000$/m)
    expect(stdout).toContain('Chat template  added')
    expect(stdout).not.toContain('hf_secret')
    expect(inspect('tiny', 'tiny')).toMatchObject({ code: 0, stdout: expect.stringContaining('No difference found.') })
    expect(JSON.parse(inspect('tiny', 'tuned', '--format', 'json').stdout)).toMatchObject({ same: false })
    expect(inspect('tiny', 'tuned', '--compare')).toMatchObject({ code: 2 })
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
    ['a folder without a model', ['.'], 1, 'help: pass a folder, a config.json'],
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
