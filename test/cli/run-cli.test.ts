import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli, startCli } from './run-cli.js'
import { WarmCommand } from './warm-command.js'

type Sample = readonly [args: string, input?: string | Uint8Array]

/** For every command: runs that succeed, that fail, and that are misused, with files and with standard input. */
const SAMPLES: readonly Sample[] = [
  [''],
  ['--help'],
  ['--version'],
  ['chek good.yaml'],
  ['help'],
  ['check good.yaml'],
  ['check .'],
  ['check . --format json'],
  ['check . --format sarif --output jsonl=out.jsonl'],
  ['check bad.yaml --diff'],
  ['check bad.yaml --statistics --max-warnings 0'],
  ['check nowhere.yaml'],
  ['check good.yaml --fromat json'],
  ['check - --format concise', 'name: é 𝔸\nfileste: x\n'],
  ['check -', 'nam: x\n---\n'.repeat(1500)],
  ['check -'],
  ['check --help'],
  ['validate --model Lora -', '{"rank": "8"}'],
  ['validate --model Lora -', '{"rank": "x"}'],
  ['validate --model Lora -', new Uint8Array([0xff, 0xff, 0x00])],
  ['validate -', '{}'],
  ['inspect tiny'],
  ['inspect tiny --format json'],
  ['inspect nowhere'],
  ['inspect tiny --lora 0'],
  ['estimate tiny --method lora --context 128'],
  ['estimate tiny --fits 0.4GB --context 128'],
  ['estimate tiny --method half'],
  ['estimate strange'],
  ['serving tiny --format json'],
  ['serving nowhere'],
  ['explain int_parsing'],
  ['explain no-such-code'],
  ['graph . --format json'],
  ['graph nowhere'],
  ['lsp --config nowhere.yaml'],
  ['schema ModelSpec'],
  ['schema ModelSpek'],
  ['completion bash'],
  ['completion tcsh'],
]

const CONFIG = {
  ...{ architectures: ['LlamaForCausalLM'], model_type: 'llama', hidden_size: 64, intermediate_size: 128 },
  ...{ num_hidden_layers: 2, num_attention_heads: 4, vocab_size: 100 },
}

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'both-ways-'))
  const files = {
    'good.yaml': 'name: llama\n',
    'bad.yaml': 'name: two words\nfileste: x\ntrust_remote_code: true\n',
    'model-entity.config.yaml': 'exclude: ["out.jsonl"]\nrules: { unknown-field: error }\n',
    'tiny/config.json': JSON.stringify(CONFIG),
    'strange/config.json': JSON.stringify({ ...CONFIG, model_type: 'unheard_of' }),
  }
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('runCli answers like a process of its own', () => {
  // Twice, because what a run leaves in the thread could change the next one.
  it.each(SAMPLES.map(([line, input]) => ({ line, input })))('$line', ({ line, input }) => {
    const around = { cwd: folder, ...(input !== undefined && { input }) }
    const args = line === '' ? [] : line.split(' ')
    const started = startCli(args, around)
    expect(runCli(args, around)).toEqual(started)
    expect(runCli(args, around)).toEqual(started)
  })

  it('for every command', () => {
    const sampled = new Set(SAMPLES.map(([line]) => line.split(' ')[0]))
    const names = [...startCli(['--help']).stdout.matchAll(/^ {2}([a-z]+) [[<]/gm)].map(([, name]) => name)
    expect(names).toContain('check')
    expect(names.filter((name) => !sampled.has(name ?? ''))).toEqual([])
  })

  it('for the width and the variables that it is given', () => {
    const around = { cwd: folder, columns: 40, variables: { GITHUB_ACTIONS: 'true', NO_COLOR: '', FORCE_COLOR: '1' } }
    const started = startCli(['check', '.'], around)
    expect(started.stdout).toContain('\u001b[')
    expect(runCli(['check', '.'], around)).toEqual(started)
    expect(runCli(['check', '.'], { cwd: folder }).stdout).not.toContain('\u001b[')
  })

  it('for files that it changes', () => {
    const changed = [startCli, runCli].map((run, index) => {
      const copy = join(folder, `copy-${index}`)
      mkdirSync(copy)
      cpSync(join(folder, 'bad.yaml'), join(copy, 'bad.yaml'))
      return [run(['check', '.', '--fix'], { cwd: copy }), run(['check', '.'], { cwd: copy })]
    })
    expect(changed[1]).toEqual(changed[0])
  })
})

it('runCli comes back to the folder of this process', () => {
  const before = process.cwd()
  runCli(['check', '.'], { cwd: folder })
  expect(process.cwd()).toBe(before)
  expect(() => runCli(['check', '.'], { cwd: join(folder, 'nowhere') })).toThrow('ENOENT')
  expect(process.cwd()).toBe(before)
})

it.each([
  ['ends its process', 'process.exit(3)', 3],
  ['fails', 'throw new Error()', 1],
])('a command that %s is answered for, and the next one runs', (_, end, code) => {
  const file = join(folder, 'ends.mjs')
  writeFileSync(file, `process.stdout.write(process.argv[2])\nif (process.argv[2] === 'a') ${end}\n`)
  const command = new WarmCommand(pathToFileURL(file))
  const run = (...args: string[]) => command.run({ args, env: {}, input: '' })
  expect(run('a')).toEqual({ code, stdout: 'a', stderr: '' })
  expect(run('b')).toEqual({ code: 0, stdout: 'b', stderr: '' })
})
