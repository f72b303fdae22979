import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { safetensorsFile } from '../checkpoint/safetensors-file.js'
import { runCli } from './run-cli.js'

const BODY =
  '{"name":"ab\\u202e","api_endpoint":{"url":"http://u:hunter2@h/","api_key":"sk-S3CRET"},"custom_fields":{"password":123456}}'

it.each([
  ['check', ['check', '-']],
  ['check --format json', ['check', '-', '--format', 'json']],
  ['validate', ['validate', '-', '--model', 'CreateModelEntityRequest']],
  ['a misused command', ['schema', 'x\u202e', '--token=S3CRET']],
  ['a wrong repository', ['inspect', 'hf:u:hunter2@org/x']],
  ['a wrong repository in estimate', ['estimate', 'hf:u:hun ter@hunter2@x']],
  ['a file that is not there', ['validate', '--model', 'Lora', 'http://h/?token=S3CRET']],
])('model-entity %s shows no secret and steers no terminal', (_, args) => {
  const { stdout, stderr } = runCli(args, { input: BODY })
  expect(stdout + stderr).not.toMatch(/S3CRET|hunter2|123456|\u202e/)
})

it('model-entity validate --show-secrets prints the body of the service', () => {
  const { stdout } = runCli(['validate', '-', '--model', 'CreateModelEntityRequest', '--show-secrets'], {
    input: BODY.replace('\\u202e', ''),
  })
  expect(JSON.parse(stdout)).toMatchObject({
    api_endpoint: { api_key: 'sk-S3CRET' },
    custom_fields: { password: 123456 },
  })
})

it('model-entity validate masks copies of a secret in errors, in keys and in queries of URLs', () => {
  const body = {
    name: 'sk-S3CRETk3y/',
    spec: { num_layers: 'is sk-S3CRETk3y', 'http://h/?token=S3CRET': { num_layers: 'x' } },
    api_endpoint: { url: 'http://h/?api_key=S3CRET', api_key: 'sk-S3CRETk3y' },
    custom_fields: { copy: 'sk-S3CRETk3y' },
    'http://h/?sig=S3CRET': 1,
  }
  const { code, stdout } = runCli(['validate', '-', '--model', 'CreateModelEntityRequest'], {
    input: JSON.stringify(body),
  })
  expect(code).toBe(1)
  expect(stdout).not.toContain('S3CRET')
  const valid = { ...body, name: 'ab', spec: undefined }
  const answer = runCli(['validate', '-', '--model', 'CreateModelEntityRequest'], { input: JSON.stringify(valid) })
  expect(answer.code).toBe(0)
  expect(JSON.parse(answer.stdout)).toMatchObject({
    api_endpoint: { url: 'http://h/?api_key=***' },
    custom_fields: { copy: '***' },
  })
})

describe('hostile text in a checkpoint or a manifest', () => {
  const TEXT = 'a\u202eb\u001b[31m\u2028c\u200bd http://u:hunter2@h/?token=S3CRET'
  const CONFIG = {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    hidden_size: 64,
    intermediate_size: 128,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    vocab_size: 100,
    torch_dtype: 'bfloat16',
    api_key: 'S3CRET',
  }
  const CONFIGS: Readonly<Record<string, object>> = {
    named: { ...CONFIG, _name_or_path: TEXT },
    'of a strange type': { ...CONFIG, model_type: TEXT },
    'of a strange class': { ...CONFIG, architectures: [TEXT], [TEXT]: 1 },
    'of a strange dtype': { ...CONFIG, torch_dtype: TEXT, dtype: TEXT },
    quantised: { ...CONFIG, quantization_config: { quant_method: TEXT, bits: TEXT, [TEXT]: TEXT } },
    'of wrong sizes': { ...CONFIG, hidden_size: TEXT, vocab_size: 'api_key=S3CRET' },
    'with a template': { ...CONFIG, chat_template: TEXT },
  }
  const SPEC = 'num_layers: 2\n  num_attention_heads: 4\n  hidden_size: 64\n  vocab_size: 100\n  ffn_hidden_size: 128'
  let folder = ''

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'hostile-'))
    for (const [name, config] of Object.entries(CONFIGS)) {
      mkdirSync(join(folder, name))
      writeFileSync(join(folder, name, 'config.json'), JSON.stringify(config))
      writeFileSync(
        join(folder, name, 'tokenizer_config.json'),
        JSON.stringify({ chat_template: TEXT, api_key: 'S3CRET' }),
      )
      const weights = safetensorsFile([
        { name: TEXT, dtype: 'BF16', shape: [100, 32] },
        { name: 'lm_head.weight', dtype: 'BF16', shape: [100, 32] },
      ])
      writeFileSync(join(folder, name, 'model.safetensors'), weights)
    }
    mkdirSync(join(folder, 'adapter'))
    const adapter = {
      peft_type: 'LORA',
      r: 8,
      base_model_name_or_path: TEXT,
      target_modules: [TEXT],
      api_key: 'S3CRET',
    }
    writeFileSync(join(folder, 'adapter/adapter_config.json'), JSON.stringify(adapter))
    writeFileSync(
      join(folder, 'm.yaml'),
      `api_key: S3CRET\nspec:\n  checkpoint_model_name: ${JSON.stringify(TEXT)}\n  family: ${JSON.stringify(TEXT)}\n  precision: ${JSON.stringify(TEXT)}\n  context_size: 8\n  ${SPEC}\n`,
    )
    writeFileSync(join(folder, 'broken.yaml'), `spec:\n  num_layers: ${JSON.stringify(TEXT)}\n`)
    writeFileSync(join(folder, 'unreadable.yaml'), `api_key: S3CRET\nspec: [http://u:hunter2@h \u202e {\n`)
  })

  afterAll(() => rmSync(folder, { recursive: true }))

  /** What steers a terminal or hides text. A line end is written by the command itself. */
  const STEERING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u
  const shows = (args: readonly string[]) => {
    const { stdout, stderr } = runCli(args, { cwd: folder })
    const shown = stdout + stderr
    expect(shown.length).toBeGreaterThan(10)
    expect(shown).not.toMatch(/S3CRET|hunter2/)
    expect(shown.replaceAll('\n', '')).not.toMatch(STEERING)
  }

  it.each([...Object.keys(CONFIGS), 'adapter'])('steers no terminal and shows no secret: inspect, %s', (name) => {
    for (const format of ['pretty', 'json']) shows(['inspect', name, '--format', format])
  })

  it.each([...Object.keys(CONFIGS), 'm.yaml', 'broken.yaml', 'unreadable.yaml'])(
    'steers no terminal and shows no secret: estimate, %s',
    (name) => {
      for (const format of ['pretty', 'json']) shows(['estimate', name, '--format', format])
    },
  )

  it.each([
    ['inspect', '--format', 'yaml'],
    ['inspect', '--compare'],
    ['inspect', '--as', 'request', '--name', 'x'],
    ['inspect', '--lora', '8', '--target', 'q_proj,\u202e,http://u:hunter2@h'],
    ['estimate', '--format', 'markdown'],
    ['estimate', '--method', 'lora', '--gpu', '\u202ehttp://u:hunter2@h'],
  ])('steers no terminal and shows no secret: %s %s %s', (command, ...flags) => {
    shows([command, 'named', ...flags])
  })
})
