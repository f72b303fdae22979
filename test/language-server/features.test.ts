/** What the language server offers for a document: completion, hover, symbols, definitions and code actions. */

import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type CodeAction,
  CodeActionRequest,
  DefinitionRequest,
  type DocumentSymbol,
  DocumentSymbolRequest,
  type Position,
  TextDocumentEdit,
} from 'vscode-languageserver-protocol/node'
import { TextDocument } from 'vscode-languageserver-textdocument'
import { checkManifest } from '../../src/manifest/index.js'
import { SCHEMAS } from '../../src/schemas/index.js'
import { marked } from '../editors/language-client.js'
import { type Served, serve } from './served.js'

const DENSE = readFileSync(new URL('../../examples/dense.yaml', import.meta.url), 'utf8')

let served: Served
let opened = 0

beforeAll(async () => {
  served = await serve(
    {
      'models/llama.yaml': '# The base.\nname: llama\nfileset: research/llama-files\n',
      'models/fleet.jsonl': '{"name": "first"}\n{"name": "second"}\n',
      'models/entities.yaml':
        '- id: "1"\n  created_at: 2024-01-15T00:00:00Z\n  updated_at: 2024-01-15T00:00:00Z\n  name: shared\n  workspace: team\n',
      'other.yaml': 'services: {}\n',
    },
    {
      capabilities: {
        workspace: { configuration: true, workspaceEdit: { documentChanges: true, snippetEditSupport: true } },
      },
    },
  )
})

afterAll(async () => {
  expect(served.client.stderr).toBe('')
  await served.client.stop()
  served.remove()
})

/** Opens a text at its mark `¦`. */
async function open(manifest: string, extension = 'yaml'): Promise<{ uri: string; position: Position; text: string }> {
  opened += 1
  const { text, position } = marked(manifest)
  const uri = served.uri(`open-${opened}.${extension}`)
  await served.client.open(uri, text, extension)
  return { uri, text, position }
}

async function offered(manifest: string, extension?: string) {
  const { uri, position } = await open(manifest, extension)
  return served.client.complete(uri, position)
}

const labels = async (manifest: string, extension?: string) =>
  (await offered(manifest, extension)).map(({ label }) => label)

describe('completion', () => {
  it.each([
    ['a request', '¦', 'yaml', 'CreateModelEntityRequest'],
    ['a request in a list', '- name: aa\n- ¦', 'yaml', 'CreateModelEntityRequest'],
    ['a request in a second document', 'name: aa\n---\n¦', 'yaml', 'CreateModelEntityRequest'],
    ['a spec', 'name: aa\nspec:\n  ¦\nfileset: x', 'yaml', 'ModelSpec'],
    ['a spec with a word', 'name: aa\nspec:\n  num_¦\nfileset: x', 'yaml', 'ModelSpec'],
    ['a spec in braces', 'name: aa\nspec: {¦}', 'yaml', 'ModelSpec'],
    ['a spec in braces with a word', 'spec: { num¦', 'yaml', 'ModelSpec'],
    ['a layer', 'name: aa\nspec:\n  linear_layers:\n    - ¦', 'yaml', 'LinearLayerSpec'],
    ['experts', 'name: aa\nspec:\n  moe_config:\n    ¦', 'yaml', 'MoEConfig'],
    ['an entity’s adapter', 'id: i\ncreated_at: t\nadapters:\n  - ¦', 'yaml', 'Adapter'],
    ['parameters', 'prompt:\n  inference_params:\n    ¦', 'yaml', 'InferenceParams'],
    ['a request in JSON', '{¦}', 'json', 'CreateModelEntityRequest'],
    ['a request in quotes', '{\n  "¦"\n}', 'json', 'CreateModelEntityRequest'],
    ['a request in an open quote', '{\n  "na¦', 'json', 'CreateModelEntityRequest'],
    ['a spec in JSON', '{"spec": {¦}}', 'json', 'ModelSpec'],
    ['a request in JSON Lines', '{"name": "aa"}\n{¦}\n', 'jsonl', 'CreateModelEntityRequest'],
  ] as const)('offers every field of %s', async (_what, manifest, extension, definition) => {
    const items = await offered(manifest, extension)
    expect(items.map(({ label }) => label)).toEqual(Object.keys(SCHEMAS[definition].properties))
    expect(items.every(({ documentation }) => documentation !== undefined)).toBe(true)
  })

  it('offers what is left, with a comma missing too, and what is required first', async () => {
    expect(await labels('name: aa\n¦')).not.toContain('name')
    expect(await labels('{"name": "aa"\n  "¦"\n}', 'json')).not.toContain('name')
    const spec = await offered('spec:\n  family: llama\n  ¦\n  vocab_size: 1\n')
    const first = spec.sort((one, other) => ((one.sortText ?? '') < (other.sortText ?? '') ? -1 : 1))[0]
    expect(first?.label).toBe('checkpoint_model_name')
    expect(spec.map(({ label }) => label)).not.toContain('vocab_size')
  })

  it.each([
    ['backend_format: ¦', 'yaml', ['OPENAI_CHAT', 'ANTHROPIC_MESSAGES']],
    ['backend_format: "OP¦"', 'yaml', ['OPENAI_CHAT', 'ANTHROPIC_MESSAGES']],
    ['trust_remote_code: t¦', 'yaml', ['true', 'false']],
    ['{"trust_remote_code": ¦}', 'json', ['true', 'false']],
  ] as const)('offers values: %s', async (manifest, extension, values) => {
    expect(await labels(manifest, extension)).toEqual(values)
  })

  it('offers the families and precisions that are known', async () => {
    expect(await labels('spec:\n  family: ¦')).toEqual(expect.arrayContaining(['llama', 'qwen3_moe']))
    expect(await labels('spec:\n  precision: ¦')).toContain('bfloat16')
  })

  it('writes quotes in JSON, but not inside quotes', async () => {
    const texts = async (manifest: string) => (await offered(manifest, 'json')).map(({ textEdit }) => textEdit?.newText)
    expect(await texts('{"backend_format": ¦}')).toEqual(['"OPENAI_CHAT"', '"ANTHROPIC_MESSAGES"'])
    expect(await texts('{"backend_format": "¦"}')).toEqual(['OPENAI_CHAT', 'ANTHROPIC_MESSAGES'])
    expect((await texts('{¦}'))[0]).toBe('"name": "$1"')
  })

  it('offers the entities of the folder as references', async () => {
    await expect
      .poll(() => labels('name: aa\nbase_model: ¦'))
      .toEqual(expect.arrayContaining(['llama', 'first', 'second']))
    const models = await labels('name: llama\nbase_model: ¦')
    expect(models).toContain('team/shared')
    // No model is made from itself.
    expect(models).not.toContain('llama')
    expect(await labels('name: aa\nmodel_providers:\n  - ¦')).toEqual(
      expect.arrayContaining(['default/llama', 'team/shared']),
    )
    expect(await labels('name: aa\nfileset: research/¦')).toContain('research/llama-files')
    expect(await labels('id: i\ncreated_at: t\nworkspace: team\nadapters:\n  - model: ¦')).toEqual(
      expect.arrayContaining(['shared', 'default/llama']),
    )
  })

  it('replaces the whole word', async () => {
    const items = await offered('name: aa\nfileset: resea¦rch/x\n')
    expect(items.find(({ label }) => label === 'research/llama-files')?.textEdit).toMatchObject({
      range: { start: { line: 1, character: 9 }, end: { line: 1, character: 19 } },
      newText: 'research/llama-files',
    })
  })

  it('offers rules in comments that silence them', async () => {
    expect(await labels('trust_remote_code: true # model-ent¦')).toContain('model-entity-disable-line')
    expect(await labels('trust_remote_code: true # model-entity-disable-line ¦')).toContain('trust-remote-code')
    expect(await labels('a: 1 # model-entity-disable-line trust-remote-code -- ¦')).toEqual([])
  })

  it.each([
    'custom_fields:\n  ¦',
    'description: |\n  na¦',
    '# na¦',
    'name:¦',
    'description: a word na¦',
    'name: "x\n  pro¦',
  ])('offers nothing where anything can stand: %j', async (manifest) => {
    expect(await labels(manifest)).toEqual([])
  })
})

describe('hover', () => {
  const shown = async (manifest: string, extension?: string) => {
    const { uri, position } = await open(manifest, extension)
    return served.client.hover(uri, position)
  }

  it.each([
    ['na¦me: aa', 'yaml', '**name** · text, required'],
    ['name: aa\nspec:\n  num_la¦yers: 4', 'yaml', 'Number of transformer layers'],
    ['name: aa\nbackend_format: OPEN¦AI_CHAT', 'yaml', '`ANTHROPIC_MESSAGES`'],
    ['{"spec": {"moe_config": {"num_exp¦erts": 4}}}', 'json', 'Total number of routed experts'],
    ['prompt: { inference_params: { temper¦ature: 1 } }', 'yaml', 'at least 0, at most 2'],
    ['name: aa\ntrust_remote_code: [\nfile¦set: x', 'yaml', '**fileset**'],
  ] as const)('shows the documentation of a field: %j', async (manifest, extension, documentation) => {
    expect(await shown(manifest, extension)).toContain(documentation)
  })

  it('shows the rule of a diagnostic', async () => {
    const text = await shown('name: aa\ntrust_remote_code: tr¦ue\n')
    expect(text).toMatch(/^# trust-remote-code\n/)
    expect(text).toContain('**Fix.**')
    expect(await shown('name: aa\nspec: ¦4\n')).toContain('model_attributes_type')
  })

  it('says what a spec means, and says why not', async () => {
    const meaning = await shown(DENSE.replace('\nspec:', '\nsp¦ec:'))
    expect(meaning).toContain('8,030,261,248 parameters')
    expect(meaning).toContain('Weights in 16 bits: 14.96 GiB')
    expect(meaning).toMatch(/\| LoRA, rank 32 \| \d+\.\d\d GiB \|/)
    expect(meaning).toMatch(/Fewest GPUs .*: 1 to train all weights, 1 for LoRA/)
    expect(await shown('name: aa\nsp¦ec:\n  family: llama\n')).toContain('The spec has errors: no estimate')
    const unknown = DENSE.replace('family: llama', 'family: nobody').replace('num_layers: 32', 'num_layers: 2000000')
    expect(await shown(unknown.replace('\nspec:', '\nsp¦ec:'))).toContain('more than this estimate can replay')
  })

  it('shows nothing for free data', async () => {
    expect(await shown('custom_fields:\n  na¦me: x\n')).toBeUndefined()
  })
})

describe('document symbols', () => {
  const symbolsOf = async (text: string, extension?: string) => {
    const { uri } = await open(`${text}¦`, extension)
    const answer = await served.client.connection.sendRequest(DocumentSymbolRequest.type, { textDocument: { uri } })
    return (answer ?? []) as DocumentSymbol[]
  }

  it('are the entities and their fields, in several documents, lists and JSON', async () => {
    const symbols = await symbolsOf('name: aa\nspec:\n  linear_layers:\n    - name: q\n---\n- name: bb\n- fileset: c\n')
    expect(symbols.map(({ name }) => name)).toEqual(['aa', 'bb', '[1]'])
    expect(symbols[0]?.children?.map(({ name }) => name)).toEqual(['name', 'spec'])
    expect(symbols[0]?.children?.[1]?.children?.[0]?.children?.[0]?.name).toBe('q')
    expect(symbols[1]?.selectionRange).toEqual({ start: { line: 5, character: 8 }, end: { line: 5, character: 10 } })
    expect((await symbolsOf('{"name": "aa"}\n{"name": "bb"}\n', 'jsonl')).map(({ name }) => name)).toEqual(['aa', 'bb'])
  })

  it('contain their selection, are there while the text is broken, and show no secret', async () => {
    const symbols = await symbolsOf(
      'name: aa\napi_endpoint: { api_key: sk-123, "http://user:password1@host.example": 1\nfileset: x\n',
    )
    expect(symbols[0]?.name).toBe('aa')
    expect(JSON.stringify(symbols)).not.toMatch(/password1|sk-123/)
    const outside = (symbol: DocumentSymbol): boolean =>
      isBefore(symbol.selectionRange.start, symbol.range.start) ||
      isBefore(symbol.range.end, symbol.selectionRange.end) ||
      (symbol.children ?? []).some(outside)
    expect(symbols.filter(outside)).toEqual([])
  })
})

function isBefore(one: Position, other: Position): boolean {
  return one.line < other.line || (one.line === other.line && one.character < other.character)
}

describe('definitions', () => {
  const definitionOf = async (manifest: string) => {
    const { uri, position } = await open(manifest)
    return served.client.connection.sendRequest(DefinitionRequest.type, { textDocument: { uri }, position })
  }

  it.each([
    [
      'name: aa\nbase_model: lla¦ma\n',
      'models/llama.yaml',
      { start: { line: 1, character: 6 }, end: { line: 1, character: 11 } },
    ],
    [
      'name: aa\nbase_model: default/sec¦ond\n',
      'models/fleet.jsonl',
      { start: { line: 1, character: 9 }, end: { line: 1, character: 17 } },
    ],
    [
      'name: aa\nmodel_providers: [team/shar¦ed]\n',
      'models/entities.yaml',
      { start: { line: 3, character: 8 }, end: { line: 3, character: 14 } },
    ],
  ])('of a reference: %j', async (manifest, file, range) => {
    await expect.poll(() => definitionOf(manifest)).toEqual({ uri: served.uri(file), range })
  })

  it('are unknown for what no file defines', async () => {
    expect(await definitionOf('name: aa\nbase_model: no¦body\n')).toBeNull()
    expect(await definitionOf('na¦me: llama\n')).toBeNull()
  })
})

describe('code actions', () => {
  async function actionsFor(manifest: string, only?: string[], extension?: string) {
    const { uri, position, text } = await open(manifest, extension)
    const answer = await served.client.connection.sendRequest(CodeActionRequest.type, {
      textDocument: { uri },
      range: { start: position, end: position },
      context: { diagnostics: [], ...(only && { only }) },
    })
    const actions = (answer ?? []) as CodeAction[]
    return { actions, apply: (title: string) => applied(actions, title, uri, text, extension) }
  }

  function applied(actions: CodeAction[], title: string, uri: string, text: string, language = 'yaml'): string {
    const edit = actions.find((action) => action.title === title)?.edit?.documentChanges?.find(TextDocumentEdit.is)
    expect(edit?.textDocument).toEqual({ uri, version: 1 })
    const edits = (edit?.edits ?? []).map((each) => ({
      range: each.range,
      newText: 'snippet' in each ? each.snippet.value.replace(/\$\{1:(\w+)\}/, '$1') : each.newText,
    }))
    return TextDocument.applyEdits(TextDocument.create(uri, language, 1, text), edits)
  }

  it('are the fixes of the check', async () => {
    const { actions, apply } = await actionsFor('name: aa\nbase_model: bb\nfile¦ste: "x" # kept\n')
    expect(actions[0]).toMatchObject({ kind: 'quickfix', isPreferred: true, title: 'Rename "fileste" to "fileset"' })
    expect(actions[0]?.diagnostics?.[0]?.code).toBe('unknown-field')
    expect(apply('Rename "fileste" to "fileset"')).toBe('name: aa\nbase_model: bb\nfileset: "x" # kept\n')
    const json = await actionsFor('{"name": "aa", "base_model": "bb", "fil¦este": "x"}', undefined, 'json')
    expect(json.actions.map(({ title }) => title)).toEqual(['Rename "fileste" to "fileset"'])
  })

  it('offer no fix that would change anything else', async () => {
    const { actions } = await actionsFor('name: aa\nbase_model: bb\nfile¦ste: x\nfileset: y\n')
    expect(actions.map(({ title }) => title)).toEqual(['Silence unknown-field here'])
  })

  it.each([
    [
      'at the end of the line',
      'trust_remote_code: ¦true\n',
      'trust_remote_code: true # model-entity-disable-line trust-remote-code -- reason\n',
    ],
    [
      'above a line that has a comment',
      '  \ntrust_remote_code: ¦true # why not\n',
      '  \n# model-entity-disable-next-line trust-remote-code -- reason\ntrust_remote_code: true # why not\n',
    ],
    [
      'in the comment that is there',
      'trust_remote_code: ¦true # model-entity-disable-line temperature-zero -- old\n',
      'trust_remote_code: true # model-entity-disable-line temperature-zero trust-remote-code -- old\n',
    ],
    [
      'in the comment above',
      '# model-entity-disable-next-line temperature-zero -- old\ntrust_remote_code: ¦true # x\n',
      '# model-entity-disable-next-line temperature-zero trust-remote-code -- old\ntrust_remote_code: true # x\n',
    ],
    [
      'with the line ends of Windows',
      'name: aa # x\r\ntrust_remote_code: ¦true # x\r\n',
      'name: aa # x\r\n# model-entity-disable-next-line trust-remote-code -- reason\r\ntrust_remote_code: true # x\r\n',
    ],
  ])('silence a rule %s', async (_where, manifest, expected) => {
    const isNamed = manifest.includes('name:')
    const { apply } = await actionsFor(isNamed ? manifest : `name: aa\n${manifest}`)
    const text = apply('Silence trust-remote-code here')
    expect(text).toBe(isNamed ? expected : `name: aa\n${expected}`)
    const { diagnostics, suppressed } = checkManifest(text)
    expect(diagnostics.map(({ code }) => code)).not.toContain('trust-remote-code')
    expect(suppressed.map(({ diagnostic }) => diagnostic.code)).toEqual(['trust-remote-code'])
  })

  it('silence no error of the service, and nothing where no comment can stand', async () => {
    expect((await actionsFor('name: aa\nspec: ¦4\n')).actions).toEqual([])
    expect((await actionsFor('{"name": "aa", "trust_remote_code": tr¦ue}', undefined, 'json')).actions).toEqual([])
  })

  it('fix the whole document', async () => {
    const { actions, apply } = await actionsFor('¦name: aa\nfileste: x\ntrust_remote_code: "yes"\n', ['source.fixAll'])
    expect(actions.map(({ kind }) => kind)).toEqual(['source.fixAll.model-entity'])
    expect(apply('Fix the manifest')).toBe('name: aa\nfileset: x\ntrust_remote_code: true\n')
    expect((await actionsFor('¦name: aa\n', ['source.fixAll'])).actions).toEqual([])
  })
})
