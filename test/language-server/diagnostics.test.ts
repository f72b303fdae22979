/** The diagnostics of the language server, held to those of `model-entity check`. */

import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Diagnostic, DiagnosticSeverity } from 'vscode-languageserver-protocol/node'
import { runCli } from '../cli/run-cli.js'
import { type Served, serve } from './served.js'

const EXAMPLES = new URL('../../examples/', import.meta.url)
const read = (name: string) => readFileSync(new URL(name, EXAMPLES), 'utf8')

const FILES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(readdirSync(new URL('broken', EXAMPLES)).map((name) => [name, read(`broken/${name}`)])),
  'adapters.yaml': read('adapters.yaml'),
  'fleet.jsonl': read('fleet.jsonl'),
  'windows.yaml': 'name: a\r\nfileste: b\r\nspec:\r\n  num_layers: "4"\r\n',
  'astral.yaml': '# 🦙\nname: 🦙🦙\ncustom_fields: {🦙: 1}\nfileste: "🦙" # 🦙\n',
  'marked.yaml': '\ufeffname: two words\nfileste: a\n',
  'several.yaml': 'name: one\n---\nname: two\nfileste: a\n---\n{ broken\n',
  'list.yaml': '- name: one\n- nam: two\n',
  'silenced.yaml':
    'name: a\ntrust_remote_code: true # model-entity-disable-line trust-remote-code -- reviewed\nproject: p # model-entity-disable-line temperature-zero\n',
  'secret.yaml': 'name: a\napi_endpoint: { url: "http://user:password1@host.example", api_key: sk-1234567890 }\n',
  'gpus.yaml': `${read('dense.yaml').replace('8030261248', '8030261248\n  minimum_gpus_all_weights: 1\n  minimum_gpus_lora: 1')}`,
  'sandbox/quiet.yaml': 'name: a\ntrust_remote_code: true\n',
  'strict.yaml': 'name: a\ntrust_remote_code: true\n',
  'generated/out.yaml': 'name: a\nfileste: b\n',
  'ignored/out.yaml': 'name: a\nfileste: b\n',
  '.gitignore': 'ignored/\n',
  'compose.yaml': 'services: { web: { image: nginx } }\n',
  'kubernetes.yaml': 'apiVersion: v1\nkind: Pod\nspec: {}\n',
  'package.json': '{"name": "x", "version": "1.0.0"}\n',
  'model-entity.config.yaml': `exclude: [generated/]
rules:
  trust-remote-code: error
  required-field: { severity: info, fields: [description] }
overrides:
  - files: [sandbox/]
    rules: { trust-remote-code: off }
`,
}

let served: Served

beforeAll(async () => {
  served = await serve(FILES)
})

afterAll(async () => {
  await served.client.stop()
  served.remove()
})

/** A diagnostic of the command, in the form of the protocol. */
interface Told {
  readonly file: string
  readonly severity: string
  readonly code: string
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
}

const SEVERITIES: Readonly<Record<string, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
}

const LANGUAGES: Readonly<Record<string, string>> = { json: 'json', jsonl: 'jsonl', yaml: 'yaml' }

async function check(name: string): Promise<Diagnostic[]> {
  return served.client.check(served.uri(name), FILES[name] ?? '', LANGUAGES[name.split('.').at(-1) ?? ''])
}

describe('the diagnostics of an open document', () => {
  it('are those of the command for the folder: the same codes, severities and places', {
    timeout: 60_000,
  }, async () => {
    const { stdout } = runCli(['check', '.', '--format', 'json'], { cwd: served.folder })
    const told: Told[] = JSON.parse(stdout).diagnostics
    expect(told.length).toBeGreaterThan(30)
    const shownOf = (name: string) =>
      served.client.published
        .findLast(({ uri }) => uri === served.uri(name))
        ?.diagnostics.map(({ severity, code, range }) => ({ severity, code, range }))
    for (const name of Object.keys(FILES)) {
      if (name === '.gitignore') continue
      await check(name)
      const wanted = told
        .filter(({ file }) => file === name)
        .map(({ severity, code, line, column, endLine, endColumn }) => ({
          severity: SEVERITIES[severity],
          code,
          range: {
            start: { line: line - 1, character: column - 1 + (line === 1 && name === 'marked.yaml' ? 1 : 0) },
            end: { line: endLine - 1, character: endColumn - 1 + (endLine === 1 && name === 'marked.yaml' ? 1 : 0) },
          },
        }))
      // What other files have is known a moment later.
      await expect.poll(() => [name, shownOf(name)]).toEqual([name, wanted])
    }
  })

  it('have the text of the command, the page of the rule, and mask secrets', async () => {
    const fileste = (await check('typo.yaml')).find(({ code }) => code === 'unknown-field')
    expect(fileste?.message).toBe(
      'fileste: "fileste" is not a field of CreateModelEntityRequest; the service ignores it\ndid you mean "fileset"?',
    )
    expect(fileste?.source).toBe('model-entity')
    expect(fileste?.codeDescription?.href).toMatch(/lint-rules\.md#unknown-field$/)
    const secret = JSON.stringify(await check('secret.yaml'))
    expect(secret).toContain('insecure-endpoint')
    expect(secret).not.toMatch(/password1|sk-1234567890/)
  })

  it('show the second place of a problem', async () => {
    const [duplicate] = (await check('duplicate.json')).filter(({ code }) => code === 'duplicate_key')
    expect(duplicate?.relatedInformation?.[0]?.location.uri).toBe(served.uri('duplicate.json'))
  })

  it('count a lone carriage return as an end of line, as the protocol does', async () => {
    const diagnostics = await served.client.check(
      served.uri('mac.json'),
      '{\r"name": "aa",\r"base_model": "bb", "fileste": "b"}',
    )
    expect(diagnostics.map(({ code, range }) => [code, range.start])).toEqual([
      ['required-field', { line: 0, character: 0 }],
      ['unknown-field', { line: 2, character: 20 }],
    ])
  })

  it('are there for a document without a file, by its language', async () => {
    const codes = async (uri: string, text: string, language: string) =>
      (await served.client.check(uri, text, language)).map(({ code }) => code)
    expect(await codes('untitled:Untitled-1', 'name: aa\nbase_model: bb\nfileste: b\n', 'yaml')).toEqual([
      'unknown-field',
    ])
    expect(await codes('untitled:Untitled-2', '{"name": "a",}', 'json')).toEqual(['json_invalid'])
    expect(await codes('untitled:Untitled-3', '{"name": "aa"}\n{"name": 1}\n', 'jsonl')).toEqual(['string_type'])
    expect(await codes('untitled:Untitled-4', 'name: a\nfileste: b\n', 'markdown')).toEqual([])
  })

  it('tell the mistakes of a config where it is open', async () => {
    const uri = served.uri('sandbox/model-entity.config.yaml')
    const diagnostics = await served.client.check(uri, 'rules:\n  trust-remote-cod: off\n')
    expect(diagnostics.map(({ code, range }) => [code, range.start])).toEqual([
      ['config_invalid', { line: 1, character: 2 }],
    ])
    await served.client.close(uri)
  })
})
