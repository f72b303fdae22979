import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli } from './run-cli.js'

/** A local cache of the hub with two revisions of a repository: `main` with two layers, `v2` with three. */
let cache = ''
const REVISIONS = { main: { commit: 'a'.repeat(40), layers: 2 }, v2: { commit: 'b'.repeat(40), layers: 3 } }
const CONFIG = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  hidden_size: 64,
  intermediate_size: 128,
  num_attention_heads: 4,
  vocab_size: 1000,
  torch_dtype: 'bfloat16',
}

beforeAll(() => {
  cache = mkdtempSync(join(tmpdir(), 'revision-'))
  const repository = join(cache, 'models--org--tiny')
  mkdirSync(join(repository, 'refs'), { recursive: true })
  for (const [name, { commit, layers }] of Object.entries(REVISIONS)) {
    const snapshot = join(repository, 'snapshots', commit)
    mkdirSync(snapshot, { recursive: true })
    writeFileSync(join(repository, 'refs', name), commit)
    writeFileSync(join(snapshot, 'config.json'), JSON.stringify({ ...CONFIG, num_hidden_layers: layers }))
  }
})

afterAll(() => rmSync(cache, { recursive: true }))

describe.each(['inspect', 'estimate', 'serving'])('model-entity %s --revision', (command) => {
  const run = (...args: string[]) =>
    runCli([command, ...args, '--format', 'json'], { variables: { HF_HUB_CACHE: cache, HF_HUB_OFFLINE: '1' } })

  it('reads that revision, as hf:org/name@revision does', () => {
    const flagged = run('hf:org/tiny', '--revision', 'v2')
    expect(flagged).toMatchObject({ code: 0, stderr: '' })
    expect(flagged.stdout).toBe(run('hf:org/tiny@v2').stdout)
    expect(flagged.stdout).not.toBe(run('hf:org/tiny').stdout)
    expect(run('hf:org/tiny', '--revision', 'main').stdout).toBe(run('hf:org/tiny').stdout)
  })

  it('names a revision that does not exist', () => {
    const { code, stdout, stderr } = run('hf:org/tiny', '--revision', 'v3')
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain('hf:org/tiny at v3 cannot be read offline')
  })

  it('refuses a revision that nothing would read', () => {
    const local = run(join(cache, 'models--org--tiny/snapshots', REVISIONS.main.commit), '--revision', 'v2')
    expect(local).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('has no revisions') })
    const twice = run('hf:org/tiny@v2', '--revision', 'main')
    expect(twice).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('leave one out') })
  })
})
