import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli } from './run-cli.js'

let folder = ''
const check = (...args: string[]) => runCli(['check', ...args], { cwd: folder })
const json = (...args: string[]) => JSON.parse(check(...args, '--format', 'json').stdout)

/** Eight GPUs are needed, and seven hold weights, gradients and states. */
const FEW_GPUS = `  checkpoint_model_name: llama-3.1-70b
  family: llama
  num_layers: 80
  hidden_size: 8192
  num_attention_heads: 64
  num_kv_heads: 8
  ffn_hidden_size: 28672
  vocab_size: 128256
  tied_embeddings: false
  gated_mlp: true
  base_num_parameters: 70553706496
  precision: bfloat16
  context_size: 131072
  minimum_gpus_all_weights: 7
`

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'check-'))
  const files: Record<string, string> = {
    'good.yaml': 'name: llama\n',
    'bad.yaml': 'name: llama\nspec:\n  num_layers: forty\n',
    'warned.yaml': 'name: llama\ntrust_remote_code: true\n',
    'empty.yaml': '# nothing yet\n',
    'models/b.yml': 'name: two words\n',
    'models/a.json': '{"name": "llama"}',
    'models/c.jsonl': '{"name": "llama"}\n{"name": 5}\n',
    'models/notes.md': '# notes',
    'models/config.jsonc': '{} // no',
    'models/.hidden/d.yaml': 'name: 5\n',
    'models/node_modules/e.yaml': 'name: 5\n',
    'models/deep/er/f.yaml': 'nam: x\n',
    'few-gpus.yaml': `name: llama\nspec:\n${FEW_GPUS}`,
    'steering.yaml': 'name: "\\e[31mred"\nnam\u009b: 1\n',
  }
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  mkdirSync(join(folder, 'nothing'))
  mkdirSync(join(folder, 'links'))
  symlinkSync('nowhere.yaml', join(folder, 'links/dangling.yaml'))
  symlinkSync('.', join(folder, 'links/circle'))
  symlinkSync('../good.yaml', join(folder, 'links/good.yaml'))
})

afterAll(() => rmSync(folder, { recursive: true }))

describe('model-entity check estimates', () => {
  it('lists all diagnostics for --max-diagnostics 0, and as many as it says otherwise', () => {
    const input = '{"name": 5}\n'.repeat(1500)
    const listed = (...args: string[]) => {
      const { stdout } = runCli(['check', '-', '--format', 'json', ...args], { input })
      const { summary, diagnostics } = JSON.parse(stdout)
      return [summary.errors, diagnostics.length, summary.hidden]
    }
    expect(listed('--max-diagnostics', '0')).toEqual([1500, 1500, 0])
    expect(listed()).toEqual([1500, 1000, 500])
    expect(listed('--max-diagnostics', '2')).toEqual([1500, 2, 1498])
  })

  it('the fewest GPUs with activations, so that a minimum of weights alone is told', () => {
    expect(json('few-gpus.yaml').diagnostics).toMatchObject([
      {
        code: 'minimum-gpus-too-low',
        line: 16,
        column: 29,
        message: expect.stringContaining('at least 16 GPUs of 80 GB'),
      },
    ])
  })
})

describe('model-entity check exits with', () => {
  it.each([
    ['0 where nothing is wrong', ['good.yaml'], 0],
    ['0 for warnings', ['warned.yaml'], 0],
    ['1 for errors', ['bad.yaml'], 1],
    ['0 for as many warnings as are allowed', ['warned.yaml', '--max-warnings', '1'], 0],
    ['1 for more warnings than are allowed', ['warned.yaml', '--max-warnings', '0'], 1],
    ['1 for warnings that are not printed', ['warned.yaml', '--max-warnings', '0', '--quiet'], 1],
    ['0 for an empty document', ['empty.yaml'], 0],
    ['0 for a folder without manifests', ['nothing'], 0],
    ['1 for a dangling link that is named', ['links/dangling.yaml'], 1],
    ['2 for a file that is not there', ['nowhere.yaml'], 2],
    ['2 for a pattern that matches nothing', ['*.toml'], 2],
    ['2 for an unknown flag', ['good.yaml', '--fromat', 'json'], 2],
    ['2 for an unknown format', ['good.yaml', '--format', 'xml'], 2],
    ['2 for an unknown model', ['good.yaml', '--model', 'ModelEntiti'], 2],
    ['2 for a count that is none', ['good.yaml', '--max-warnings', '-1'], 2],
    ['2 without a file', [], 2],
  ])('%s', (_, args, code) => {
    expect(check(...args).code).toBe(code)
  })

  it('2 and a suggestion for a misspelt flag, command or model', () => {
    expect(check('good.yaml', '--fromat').stderr).toContain('Did you mean --format?')
    expect(check('good.yaml', '--model', 'ModelEntiti').stderr).toContain(
      'unknown model "ModelEntiti"; did you mean "ModelEntity"?',
    )
    const misspelt = runCli(['chek', 'good.yaml'])
    expect(misspelt).toMatchObject({ code: 2, stderr: expect.stringContaining('Did you mean check?') })
  })

  it('2 and its help on standard error without any argument', () => {
    expect(runCli([])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('Usage: model-entity') })
  })

  it('0 for --help and --version', () => {
    expect(runCli(['--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('Exit codes') })
    expect(check('--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('--max-warnings') })
    expect(runCli(['--version'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
  })
})

describe('model-entity check --format json', () => {
  it('prints the summary and every diagnostic, with the places of the file', () => {
    const { summary, diagnostics } = json('bad.yaml')
    expect(summary).toEqual({
      files: 1,
      documents: 1,
      errors: 12,
      warnings: 0,
      infos: 0,
      skipped: 0,
      suppressed: 0,
      hidden: 0,
    })
    expect(diagnostics.at(-1)).toEqual({
      file: 'bad.yaml',
      document: 0,
      line: 3,
      column: 15,
      endLine: 3,
      endColumn: 20,
      severity: 'error',
      code: 'int_parsing',
      loc: ['spec', 'num_layers'],
      message: 'Input should be a valid integer, unable to parse string as an integer',
      help: 'found the text "forty"',
      url: 'https://unpkg.com/model-entity/docs/errors.md#int_parsing',
    })
  })

  it('searches folders for manifests in order, packages and other files left out', () => {
    const { summary, diagnostics } = json('models')
    expect(summary).toMatchObject({ files: 4, documents: 5, skipped: 1 })
    expect(diagnostics.map(({ file, code }: { file: string; code: string }) => `${file} ${code}`)).toEqual([
      'models/.hidden/d.yaml string_type',
      'models/b.yml string_pattern_mismatch',
      'models/c.jsonl duplicate-entity',
      'models/c.jsonl string_type',
    ])
  })

  it('takes patterns, and checks a file once however often it is named', () => {
    expect(json('models/**/*.{yaml,yml}').summary).toMatchObject({ files: 2 })
    expect(json('good.yaml', './good.yaml', 'good.yaml').summary.files).toBe(1)
  })

  it('keeps the order in which files are named', () => {
    const { diagnostics } = json('warned.yaml', 'bad.yaml')
    expect([...new Set(diagnostics.map(({ file }: { file: string }) => file))]).toEqual(['warned.yaml', 'bad.yaml'])
  })

  it('tells a dangling link that it meets, and ends where links go round in a circle', () => {
    const { summary, diagnostics } = json('links')
    expect(summary).toMatchObject({ files: 2, errors: 1 })
    expect(diagnostics).toMatchObject([
      { file: 'links/dangling.yaml', code: 'unreadable_file', line: 1, column: 1, loc: [] },
    ])
  })

  it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
    'tells a file without permission (root reads all: skipped for root)',
    () => {
      const path = join(folder, 'secret.yaml')
      writeFileSync(path, 'name: x')
      chmodSync(path, 0)
      expect(json('secret.yaml').diagnostics).toMatchObject([{ code: 'unreadable_file' }])
    },
  )

  it('does not read JSON with comments', () => {
    expect(json('models/config.jsonc').diagnostics).toMatchObject([{ code: 'unreadable_file' }])
  })

  it('prints errors only with --quiet, and counts all', () => {
    expect(json('warned.yaml', '--quiet')).toEqual({
      summary: {
        files: 1,
        documents: 1,
        errors: 0,
        warnings: 1,
        infos: 0,
        skipped: 0,
        suppressed: 0,
        hidden: 0,
      },
      diagnostics: [],
    })
  })

  it('reads standard input', () => {
    const { code, stdout } = runCli(['check', '-', '--format', 'json'], { input: 'name: a b\n' })
    expect(code).toBe(1)
    expect(JSON.parse(stdout).diagnostics).toMatchObject([{ file: '-', line: 1, column: 7 }])
  })

  it('checks every document by the model that is named', () => {
    expect(json('good.yaml', '--model', 'Lora').diagnostics).toMatchObject([
      { code: 'missing', loc: ['rank'] },
      { code: 'unknown-field' },
    ])
  })
})

describe('model-entity check --format pretty', () => {
  it('shows place, message, the line with carets under the token, help and a summary', () => {
    const { stdout } = check('models/b.yml')
    expect(stdout).toBe(`error[string_pattern_mismatch] name: String should match pattern '^[\\w\\-.]+$'
  --> models/b.yml:1:7
 1 | name: two words
   |       ^^^^^^^^^
  help: found the text "two words"

1 error, 0 warnings, 0 infos — 1 document in 1 file checked
failed: 1 error
`)
  })

  it('says how many documents are empty', () => {
    expect(check('empty.yaml').stdout).toBe('0 errors, 0 warnings, 0 infos — 1 document in 1 file (1 empty) checked\n')
  })

  it('lets nothing in a file steer the terminal', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(check('steering.yaml').stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
  })
})

describe('model-entity validate', () => {
  it('prints the body of the service and its status', () => {
    const run = runCli(['validate', '--model', 'Lora', '-'], { input: '{"rank": "8"}' })
    expect(run).toMatchObject({ code: 0, stderr: '200\n' })
    expect(JSON.parse(run.stdout)).toEqual({ alpha: null, rank: 8 })
    expect(runCli(['validate', '--model', 'CreateModelEntityRequest', '-'], { input: '{"name": "x"}' }).stderr).toBe(
      '201\n',
    )
  })

  it('prints the errors of a refused body, and exits with 1', () => {
    const run = runCli(['validate', '--model', 'Lora', '-'], { input: '{"rank": "x"}' })
    expect(run).toMatchObject({ code: 1, stderr: '422\n' })
    expect(JSON.parse(run.stdout).detail).toMatchObject([{ type: 'int_parsing', loc: ['body', 'rank'], input: 'x' }])
  })

  it('answers 400 to bytes that are no text', () => {
    const run = runCli(['validate', '--model', 'Lora', '-'], { input: new Uint8Array([0xff, 0xff, 0x00]) })
    expect(run).toMatchObject({ code: 1, stderr: '400\n' })
    expect(JSON.parse(run.stdout)).toEqual({ detail: 'There was an error parsing the body' })
  })

  it('prints integers beyond 2^53 with every digit', () => {
    const run = runCli(['validate', '--model', 'CreateModelEntityRequest', '-'], {
      input: '{"name": "x", "custom_fields": {"n": 12345678901234567890}}',
    })
    expect(run.stdout).toContain('12345678901234567890')
  })

  it('needs a model', () => {
    expect(runCli(['validate', '-'], { input: '{}' })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--model'),
    })
  })
})
