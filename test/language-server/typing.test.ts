/** What happens while a document is written: versions, pauses, folders, other files, and the end of the server. */

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import {
  CancellationTokenSource,
  CompletionRequest,
  DidChangeWatchedFilesNotification,
  DidChangeWorkspaceFoldersNotification,
  DocumentSymbolRequest,
  ExitNotification,
  FileChangeType,
  HoverRequest,
  LSPErrorCodes,
  ShutdownRequest,
} from 'vscode-languageserver-protocol/node'
import { runCli } from '../cli/run-cli.js'
import { type Served, serve } from './served.js'

const running: Served[] = []

async function started(files: Readonly<Record<string, string>>, args: readonly string[] = []): Promise<Served> {
  const served = await serve(files, { args })
  running.push(served)
  return served
}

afterEach(() => {
  for (const { client, remove } of running.splice(0)) {
    client.process.kill()
    remove()
  }
})

const codesOf = ({ diagnostics }: { diagnostics: readonly { code?: string | number }[] }) =>
  diagnostics.map(({ code }) => code)

describe('while typing', () => {
  it('checks after a pause, and says for which version', async () => {
    const { client, uri } = await started({})
    const file = uri('a.yaml')
    await client.check(file, 'name: aa\n')
    for (let version = 2; version <= 30; version += 1) {
      const end = { line: 1, character: version - 2 }
      await client.change(file, version, { range: { start: end, end }, text: 'x' })
    }
    const last = await client.waitFor((params) => params.version === 30)
    expect(codesOf(last)).toEqual(['yaml_syntax'])
    // Not each of 29 keys is checked.
    expect(client.published.filter((params) => params.uri === file).length).toBeLessThan(15)
    await client.change(file, 31, { text: 'name: aa\nbase_model: bb\nfileste: b\n' })
    expect(codesOf(await client.waitFor((params) => params.version === 31))).toEqual(['unknown-field'])
  })

  it('takes back the diagnostics of a closed document', async () => {
    const { client, uri } = await started({})
    await client.check(uri('a.yaml'), 'name: aa\nbase_model: bb\nfileste: b\n')
    await client.close(uri('a.yaml'))
    const last = await client.waitFor((params) => params.diagnostics.length === 0)
    expect(last.uri).toBe(uri('a.yaml'))
  })

  it('answers for the text as it is, without waiting for the check', async () => {
    const { client, uri } = await started({})
    await client.open(uri('a.yaml'), 'name: aa\n')
    await client.change(uri('a.yaml'), 2, { text: 'name: a\nbackend_format: ' })
    const items = await client.complete(uri('a.yaml'), { line: 1, character: 16 })
    expect(items.map(({ label }) => label)).toEqual(['OPENAI_CHAT', 'ANTHROPIC_MESSAGES'])
  })

  it('cancels what nobody waits for any more', async () => {
    const { client, uri } = await started({})
    await client.open(uri('a.yaml'), `custom_fields:\n${'  - { a: [b] }\n'.repeat(5000)}`)
    const source = new CancellationTokenSource()
    const params = { textDocument: { uri: uri('a.yaml') }, position: { line: 0, character: 0 } }
    const answers = Array.from({ length: 50 }, () =>
      client.connection.sendRequest(HoverRequest.type, params, source.token).then(
        () => 'answered',
        (error: { code: number }) => error.code,
      ),
    )
    source.cancel()
    expect(await Promise.all(answers)).toContain(LSPErrorCodes.RequestCancelled)
    expect(await client.hover(uri('a.yaml'), params.position)).toContain('custom_fields')
  })

  it('survives hostile text', { timeout: 30_000 }, async () => {
    const { client, uri } = await started({})
    const texts = [
      '['.repeat(100_000),
      '{"a":'.repeat(5000),
      '- '.repeat(2000),
      '"'.repeat(50_000),
      `a: &a [x]\n${Array.from({ length: 30 }, (_, i) => `b${i}: &b${i} [*${i === 0 ? 'a' : `b${i - 1}`}, *${i === 0 ? 'a' : `b${i - 1}`}]`).join('\n')}`,
      '\u0000\u2028\ud800\ufeff: \t- ?\r\r\n|\n',
      '__proto__: {}\nconstructor: {}\nspec: { toString: 1 }\n',
      '%YAML 9.9\n---\n!!binary x: ! y\n... \n',
      `name: ${'a'.repeat(100_000)}\n`,
    ]
    for (const [index, text] of texts.entries()) {
      const file = uri(`hostile-${index}.yaml`)
      await client.check(file, text)
      for (const position of [
        { line: 0, character: 0 },
        { line: 0, character: 3 },
        { line: 1_000_000, character: 1_000_000 },
      ]) {
        await client.complete(file, position)
        await client.hover(file, position)
      }
      await client.connection.sendRequest(DocumentSymbolRequest.type, { textDocument: { uri: file } })
    }
    expect(
      codesOf({ diagnostics: await client.check(uri('after.yaml'), 'name: aa\nbase_model: bb\nfileste: b\n') }),
    ).toEqual(['unknown-field'])
    expect(client.stderr).toBe('')
  })

  it('answers null for a document that is not open, or not a manifest', async () => {
    const { client, uri } = await started({})
    const ask = (file: string) =>
      client.connection.sendRequest(CompletionRequest.type, {
        textDocument: { uri: file },
        position: { line: 0, character: 0 },
      })
    expect(await ask(uri('nowhere.yaml'))).toBeNull()
    await client.open('untitled:a', '', 'plaintext')
    expect(await ask('untitled:a')).toBeNull()
  })
})

describe('across files', () => {
  const files = {
    'a.yaml': 'name: base\n',
    'b.yaml': 'name: tuned\nbase_model: bass\n',
    'model-entity.config.yaml': 'complete: true\n',
  }

  it('knows the entities of the folder, saved or not', async () => {
    const { client, uri } = await started(files)
    await client.open(uri('b.yaml'), files['b.yaml'])
    await client.waitFor((params) => params.uri === uri('b.yaml') && codesOf(params).includes('dangling-base-model'))
    await client.open(uri('new.yaml'), 'name: bass\n')
    await client.waitFor((params) => params.uri === uri('b.yaml') && params.diagnostics.length === 0)
    await client.close(uri('new.yaml'))
    await client.waitFor((params) => params.uri === uri('b.yaml') && codesOf(params).includes('dangling-base-model'))
  })

  it('reports a duplicate where the command does: in the later file', async () => {
    const { client, uri, folder } = await started({
      'a.yaml': 'name: same\n',
      'b/c.yaml': 'name: same\n',
      'b.yaml': 'name: other\n',
    })
    const { stdout } = runCli(['check', '.', '--format', 'concise'], { cwd: folder })
    expect(stdout).toMatch(/^b\/c\.yaml:1:7: error duplicate-entity/)
    await client.open(uri('a.yaml'), 'name: same\n')
    await client.open(uri('b/c.yaml'), 'name: same\n')
    const last = await client.waitFor((params) => params.uri === uri('b/c.yaml') && params.diagnostics.length > 0)
    expect(last.diagnostics[0]?.message).toContain('in "a.yaml"')
    expect(client.published.findLast((params) => params.uri === uri('a.yaml'))?.diagnostics ?? []).toEqual([])
  })

  it('notices what changes on disk', async () => {
    const { client, uri, write, folder } = await started(files)
    await client.open(uri('b.yaml'), files['b.yaml'])
    await client.waitFor((params) => codesOf(params).includes('dangling-base-model'))
    const changed = (name: string, type: FileChangeType) =>
      client.connection.sendNotification(DidChangeWatchedFilesNotification.type, {
        changes: [{ uri: uri(name), type }],
      })
    write('c.yaml', 'name: bass\n')
    await changed('c.yaml', FileChangeType.Created)
    await client.waitFor((params) => params.uri === uri('b.yaml') && params.diagnostics.length === 0)
    rmSync(join(folder, 'c.yaml'))
    await changed('c.yaml', FileChangeType.Deleted)
    await client.waitFor((params) => codesOf(params).includes('dangling-base-model'))
    write('model-entity.config.yaml', 'rules: { dangling-base-model: error }\n')
    await changed('model-entity.config.yaml', FileChangeType.Changed)
    await client.waitFor((params) => params.uri === uri('b.yaml') && params.diagnostics.length === 0)
  })

  it('uses a config that is being written, and tells its mistakes when it is closed', async () => {
    const { client, uri } = await started({ 'model-entity.config.yaml': 'rules: { nonsense: off }\n' })
    await client.open(uri('a.yaml'), 'name: aa\ntrust_remote_code: true\n')
    await client.waitFor((params) => codesOf(params).includes('trust-remote-code'))
    const config = uri('model-entity.config.yaml')
    await client.waitFor((params) => params.uri === config && codesOf(params).includes('config_invalid'))
    await client.open(config, 'rules: { trust-remote-code: off }\n')
    await client.waitFor((params) => params.uri === uri('a.yaml') && params.diagnostics.length === 0)
    await client.waitFor((params) => params.uri === config && params.diagnostics.length === 0)
  })

  it('follows the folders of the editor', async () => {
    const { client, uri, folder } = await started({
      'one/a.yaml': 'name: aa\n',
      'two/model-entity.config.yaml': 'complete: true\n',
    })
    const other = await started({ 'x.yaml': 'name: elsewhere\n', 'model-entity.config.yaml': 'complete: true\n' })
    await client.connection.sendNotification(DidChangeWorkspaceFoldersNotification.type, {
      event: { added: [{ uri: other.uri('.'), name: 'other' }], removed: [{ uri: uri('.'), name: folder }] },
    })
    await client.open(other.uri('y.yaml'), 'name: yy\nbase_model: elsewhere\n')
    const shown = await client.waitFor((params) => params.uri === other.uri('y.yaml'))
    expect(codesOf(shown)).toEqual([])
    await client.change(other.uri('y.yaml'), 2, { text: 'name: yy\nbase_model: nowhere\n' })
    await client.waitFor((params) => codesOf(params).includes('dangling-base-model'))
  })
})

describe('the end', () => {
  it('is 0 after a shutdown, and 1 without', async () => {
    const { client } = await started({})
    expect(await client.stop()).toBe(0)
    const other = (await started({})).client
    await other.connection.sendNotification(ExitNotification.type)
    expect(await other.exitCode()).toBe(1)
  })

  it('comes when the editor goes away', async () => {
    const { client } = await started({})
    client.process.stdin.end()
    expect(await client.exitCode()).toBe(1)
    const other = (await started({})).client
    await other.connection.sendRequest(ShutdownRequest.type)
    other.process.stdin.end()
    expect(await other.exitCode()).toBe(0)
  })

  it('is 2 for wrong usage', () => {
    const missing = runCli(['lsp', '--config', 'nowhere.yaml'], { input: '' })
    expect(missing).toEqual({ code: 2, stdout: '', stderr: 'model-entity: no such config: nowhere.yaml\n' })
    expect(runCli(['lsp', '--socket=1'], { input: '' }).code).toBe(2)
  })

  it('uses the config and the workspace of its flags', async () => {
    const { client, uri } = await started(
      { 'strict.yaml': 'rules: { trust-remote-code: error }\n', 'a.yaml': 'name: aa\n' },
      ['--config', 'strict.yaml', '--workspace', 'team'],
    )
    const [diagnostic] = await client.check(uri('b.yaml'), 'name: bb\ntrust_remote_code: true\n')
    expect(diagnostic?.severity).toBe(1)
    await client.change(uri('b.yaml'), 2, { text: 'name: bb\nmodel_providers: [' })
    await expect
      .poll(async () => (await client.complete(uri('b.yaml'), { line: 1, character: 18 })).map(({ label }) => label))
      .toEqual(['team/aa'])
  })
})
