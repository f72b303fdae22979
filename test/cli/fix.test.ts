import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runCli, startCli } from './run-cli.js'

const CLI = join(import.meta.dirname, '../../dist/cli.js')
let folder = ''
const check = (...args: string[]) => runCli(['check', ...args], { cwd: folder })
const read = (name: string) => readFileSync(join(folder, name), 'utf8')
const put = (name: string, text: string) => {
  mkdirSync(join(folder, name, '..'), { recursive: true })
  writeFileSync(join(folder, name), text)
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fix-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('check --fix', () => {
  it('corrects what it can, keeps the mode, follows links, and reports the rest', () => {
    put('a.yaml', 'name: ab\nfileste: t/x # c\ntrust_remote_code: maybe\n')
    chmodSync(join(folder, 'a.yaml'), 0o640)
    symlinkSync('a.yaml', join(folder, 'link.yaml'))
    const { code, stdout } = check('link.yaml', '--fix')
    expect(code).toBe(1)
    expect(stdout).toMatch(/^error\[bool_parsing\]/)
    expect(stdout).toContain('\n1 fixed, 1 error, 0 warnings, 0 infos')
    expect(read('a.yaml')).toBe('name: ab\nfileset: t/x # c\ntrust_remote_code: maybe\n')
    expect(statSync(join(folder, 'a.yaml')).mode & 0o777).toBe(0o640)
    expect(lstatSync(join(folder, 'link.yaml')).isSymbolicLink()).toBe(true)
    expect(JSON.parse(check('a.yaml', '--fix', '--format', 'json').stdout).summary.fixed).toBe(0)
    expect(readdirSync(folder)).toEqual(['a.yaml', 'link.yaml'])
  })

  it('leaves what it cannot read', () => {
    writeFileSync(join(folder, 'bytes.yaml'), new Uint8Array([0x6e, 0xff]))
    expect(check('bytes.yaml', '--fix').code).toBe(1)
    expect(readFileSync(join(folder, 'bytes.yaml'))).toEqual(Buffer.from([0x6e, 0xff]))
  })

  it.each([
    ['--sort-keys alone', ['a.yaml', '--sort-keys']],
    ['--fix-spec without --filesets', ['a.yaml', '--fix', '--fix-spec']],
    ['a folder of filesets that is not there', ['a.yaml', '--fix', '--fix-spec', '--filesets', 'nowhere']],
    ['standard input', ['-', '--fix']],
  ])('refuses %s', (_, args) => {
    put('a.yaml', 'name: ab\n')
    expect(check(...args).code).toBe(2)
  })
})

describe('check --diff', () => {
  it('prints a patch that does what --fix does, and changes nothing', () => {
    const text = `${'# line\n'.repeat(20)}name: ab\nfileste: t/x\n${'# line\n'.repeat(20)}trust_remote_code: "no"`
    put('a.yaml', text)
    const { code, stdout, stderr } = check('a.yaml', '--diff')
    expect({ code, stderr }).toEqual({ code: 1, stderr: '2 fixes in 1 file: --fix makes them\n' })
    expect(read('a.yaml')).toBe(text)
    expect(spawnSync('patch', ['-p1'], { cwd: folder, input: stdout }).status).toBe(0)
    const patched = read('a.yaml')
    put('a.yaml', text)
    check('a.yaml', '--fix')
    expect(patched).toBe(read('a.yaml'))
    expect(check('a.yaml', '--diff')).toMatchObject({ code: 0, stdout: '' })
  })

  it('masks secrets', () => {
    put('a.yaml', 'name: ab\napi_endpoint:\n  api_key: sk-S3CRET-VALUE\n  modelid: "x"\n')
    const { stdout } = check('a.yaml', '--diff')
    expect(stdout).toContain('+  model_id: "x"')
    expect(stdout).not.toContain('S3CRET')
  })
})

describe('check --fix-spec', () => {
  const CONFIG = JSON.stringify({
    model_type: 'llama',
    architectures: ['LlamaForCausalLM'],
    hidden_size: 64,
    intermediate_size: 128,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    vocab_size: 1000,
    max_position_embeddings: 256,
    torch_dtype: 'bfloat16',
  })

  it('fills in a spec, corrects one, and says what has no checkpoint', () => {
    put('sets/team/x/config.json', CONFIG)
    put('none.yaml', '# m\nname: ab\nfileset: team/x\n')
    put(
      'wrong.yaml',
      'name: cd\nfileset: team/x # here\nspec:\n  num_layers: 3 # wrong\n  hidden_size: 64\nproject: p\n',
    )
    put('j.json', '{\n  "name": "ef",\n  "fileset": "team/x"\n}\n')
    put('other.yaml', 'name: gh\nfileset: team/y\n')
    const run = check('none.yaml', 'wrong.yaml', 'j.json', 'other.yaml', '--fix', '--fix-spec', '--filesets', 'sets')
    expect(run.stderr).toContain('note: other.yaml: no checkpoint of team/y')
    expect(run.code).toBe(0)
    expect(read('none.yaml')).toMatch(/^# m\nname: ab\nfileset: team\/x\nspec:\n {2}\w/)
    expect(read('wrong.yaml')).toMatch(/spec:\n {2}num_layers: 2 # wrong\n {2}hidden_size: 64\n {2}\w+: /)
    expect(read('wrong.yaml')).toMatch(/\nproject: p\n$/)
    expect(JSON.parse(read('j.json')).spec).toMatchObject({ num_layers: 2, num_kv_heads: 2 })
    const again = ['none.yaml', 'wrong.yaml', 'j.json'].map(read)
    check('none.yaml', 'wrong.yaml', 'j.json', '--fix', '--fix-spec', '--filesets', 'sets')
    expect(['none.yaml', 'wrong.yaml', 'j.json'].map(read)).toEqual(again)
  })
})

describe('killing check --fix', () => {
  it('leaves every file old or new', async () => {
    const old = (index: number) => `name: m-${index}\nownership: {}\nfileste: team/x\n# ${'x'.repeat(4000)}\n`
    for (let round = 0; round < 4; round += 1) {
      for (let index = 0; index < 200; index += 1) put(`m-${index}.yaml`, old(index))
      const child = spawn(process.execPath, [CLI, 'check', '.', '--fix'], { cwd: folder, stdio: 'ignore' })
      const isDone = new Promise((done) => child.on('exit', done))
      while (!readFileSync(join(folder, 'm-0.yaml'), 'utf8').includes('fileset') && child.exitCode === null)
        await sleep(5)
      await sleep(round * 15)
      child.kill('SIGKILL')
      await isDone
      for (let index = 0; index < 200; index += 1) {
        const now = read(`m-${index}.yaml`)
        expect([old(index), old(index).replace('fileste', 'fileset')]).toContain(now)
      }
    }
    check('.', '--fix')
    expect(read('m-199.yaml')).toContain('fileset')
    expect(existsSync(join(folder, 'm-199.yaml'))).toBe(true)
    // Nothing is left of the runs that were killed.
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
  }, 60_000)

  it('leaves files that the next run removes, unless another process is writing them', () => {
    put('m.yaml', 'name: ab\n')
    const machine = createHash('sha256').update(hostname()).digest('hex').slice(0, 8)
    const gone = spawnSync(process.execPath, ['-e', '']).pid
    const left = `.model-entity-fix-${machine}-${gone}-0123abcd.tmp`
    const others = [
      `.model-entity-fix-${machine}-${process.pid}-0123abcd.tmp`,
      `.model-entity-fix-00000000-${gone}-0123abcd.tmp`,
      '.m.yaml.1.tmp',
    ]
    for (const name of [left, ...others]) put(name, 'name: a b\n')
    put('model-entity.config.yaml', 'include: ["**"]\n')
    expect(check('.', '--format', 'concise').stdout).not.toContain('model-entity-fix')
    expect(existsSync(join(folder, left))).toBe(true)
    // As a process of its own: a file of this process would be one of its own files.
    startCli(['check', '.', '--fix'], { cwd: folder })
    expect(existsSync(join(folder, left))).toBe(false)
    for (const name of others) expect(existsSync(join(folder, name)), name).toBe(true)
  })
})
