/** The schemas for editors, with the server that VS Code, Neovim, Helix and Zed check YAML with. */

import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { InsertTextFormat } from 'vscode-languageserver-protocol/node'
import { editorSchema } from '../../src/export/index.js'
import { SCHEMAS } from '../../src/schemas/index.js'
import { LanguageClient, marked } from './language-client.js'

const ROOT = new URL('../../', import.meta.url)
const EXAMPLES = readdirSync(new URL('examples', ROOT)).filter((name) => name.endsWith('.yaml'))
const server = createRequire(import.meta.url).resolve('yaml-language-server/bin/yaml-language-server')
const yaml = {
  validate: true,
  hover: true,
  completion: true,
  schemaStore: { enable: false },
  schemas: {
    [new URL('schemas/editor/manifest.json', ROOT).href]: ['models/*.yaml'],
    [new URL('schemas/config.json', ROOT).href]: ['model-entity.config.yaml'],
  },
}

let client: LanguageClient
let opened = 0

beforeAll(async () => {
  client = await LanguageClient.start({ args: [server, '--stdio'], settings: { yaml } })
})

afterAll(async () => {
  await client.stop()
})

const anyManifest = () => {
  opened += 1
  return new URL(`models/${opened}.yaml`, ROOT).href
}

/** What the server says of a manifest: `line:column message`. */
async function said(text: string, uri = anyManifest()): Promise<string[]> {
  const diagnostics = await client.check(uri, text)
  return diagnostics.map(({ range: { start }, message }) => `${start.line + 1}:${start.character + 1} ${message}`)
}

/** The fields or values that are offered at the mark `¦`. */
async function offered(manifest: string, uri = anyManifest()) {
  const { text, position } = marked(manifest)
  await client.open(uri, text)
  return client.complete(uri, position)
}

async function labels(manifest: string): Promise<string[]> {
  return (await offered(manifest)).map(({ label }) => label)
}

describe('the schema for editors in yaml-language-server', () => {
  it.each(EXAMPLES)('finds nothing in examples/%s, which names the schema itself', async (name) => {
    const url = new URL(`examples/${name}`, ROOT)
    const text = readFileSync(url, 'utf8')
    expect(text).toMatch(/^# yaml-language-server: \$schema=\.\.\/schemas\/editor\/manifest\.json\n/)
    expect(await said(text, url.href)).toEqual([])
    // The schema is in force: a field that nobody has is found.
    expect(await said(`${text}\nno_such_field: 1\n`, `${url.href}-2.yaml`)).toEqual([
      expect.stringContaining('Property no_such_field is not allowed'),
    ])
  })

  it.each([
    ['a misspelt field', 'name: a\nfileste: b\n', '2:1 Property fileste is not allowed.'],
    [
      'a misspelt field of an object',
      'name: a\napi_endpoint:\n  url: https://a.example\n  modle_id: b\n',
      '4:3 Property modle_id is not allowed.',
    ],
    ['a misspelt field in a list', '- name: a\n- name: b\n  fileste: c\n', '3:3 Property fileste is not allowed.'],
    [
      'a misspelt field in the second document',
      'name: a\n---\nname: b\nfileste: c\n',
      '4:1 Property fileste is not allowed.',
    ],
    [
      'a misspelt value',
      'name: a\nbackend_format: OPENAI\n',
      '2:17 Value is not accepted. Valid values: "OPENAI_CHAT", "ANTHROPIC_MESSAGES".',
    ],
    [
      'a text for a number',
      'name: a\nprompt:\n  inference_params:\n    max_tokens: many\n',
      '4:17 Incorrect type. Expected "integer".',
    ],
    [
      'a value out of range',
      'name: a\nprompt:\n  inference_params:\n    temperature: 3\n',
      '4:18 Value is above the maximum of 2.',
    ],
    ['a missing field', 'description: a\n', '1:1 Missing property "name".'],
    ['a null', 'name: a\ndescription: null\n', '2:14 Incorrect type. Expected "string".'],
  ])('reports %s', async (_what, text, expected) => {
    expect(await said(text)).toEqual([expected])
  })

  it.each([
    ['free data', 'name: a\ncustom_fields:\n  any: [{ thing: null }]\nownership:\n  team: b\n'],
    ['what a model takes beside the known parameters', 'name: a\nprompt:\n  inference_params:\n    min_p: 0.1\n'],
    ['merge keys and anchors', '- &base\n  name: a\n  project: p\n- <<: *base\n  name: b\n'],
    [
      'a timestamp that is not quoted',
      'id: a\nname: b\nworkspace: c\ncreated_at: 2024-01-15T00:00:00Z\nupdated_at: 2024-01-15\n',
    ],
    ['an endpoint in the form that only the service takes', 'name: a\napi_endpoint:\n  url: https://bücher.example\n'],
    ['several documents', 'name: a\n---\nid: a\nname: b\nworkspace: c\ncreated_at: x\nupdated_at: x\nadapters: []\n'],
  ])('takes %s', async (_what, text) => {
    expect(await said(text)).toEqual([])
  })

  it.each([
    ['a request', '¦', 'CreateModelEntityRequest'],
    ['a request in an empty list item', '- ¦', 'CreateModelEntityRequest'],
    ['a spec', 'name: a\nspec:\n  ¦', 'ModelSpec'],
    ['a part of a spec', 'name: a\nspec:\n  moe_config:\n    ¦', 'MoEConfig'],
    ['an item of a list', 'name: a\nspec:\n  linear_layers:\n    - ¦', 'LinearLayerSpec'],
    ['an endpoint', 'name: a\napi_endpoint:\n  ¦', 'APIEndpointData'],
    ['parameters', 'name: a\nprompt:\n  inference_params:\n    ¦', 'InferenceParams'],
    ['an adapter', 'id: a\nname: b\nworkspace: c\ncreated_at: d\nupdated_at: e\nadapters:\n  - ¦', 'Adapter'],
  ] as const)('offers every field of %s, with its documentation', async (_what, manifest, definition) => {
    const items = await offered(manifest)
    const fields = items.filter(({ label }) => label !== definition)
    expect(fields.map(({ label }) => label).sort()).toEqual(Object.keys(SCHEMAS[definition].properties).sort())
    expect(fields.filter(({ documentation }) => !documentation)).toEqual([])
  })

  it('offers the fields that are left, in an entity too', async () => {
    const fields = await labels('id: a\ncreated_at: b\nname: c\n¦')
    expect(fields).toContain('adapters')
    expect(fields).not.toContain('name')
  })

  it('offers values, and never null', async () => {
    expect(await labels('name: a\nbackend_format: ¦')).toEqual(['OPENAI_CHAT', 'ANTHROPIC_MESSAGES'])
    expect((await labels('name: a\ntrust_remote_code: ¦')).sort()).toEqual(['false', 'true'])
    expect(await labels('name: a\nspec:\n  precision: ¦')).toContain('bfloat16')
    expect(await labels('name: a\nfinetuning_type: ¦')).toContain('qlora')
    for (const manifest of ['¦', 'name: a\nspec:\n  ¦', 'name: a\nproject: ¦'])
      expect(await labels(manifest)).not.toContain('null')
  })

  it('writes no brackets that have to be deleted again', async () => {
    const items = await offered('name: a\n¦')
    const text = (name: string) => items.find(({ label }) => label === name)?.insertText
    expect(text('model_providers')).toMatch(/^model_providers:\n {2}- /)
    expect(text('spec')).toContain('num_layers')
    expect(items.every(({ insertTextFormat }) => insertTextFormat === InsertTextFormat.Snippet)).toBe(true)
  })

  it.each([
    ['na¦me: a', 'Name of the model entity'],
    ['name: a\nsp¦ec: {}', 'Detailed specification for the model'],
    ['name: a\nspec:\n  num_la¦yers: 4', 'Number of transformer layers'],
    ['name: a\nspec:\n  moe_config:\n    num_ex¦perts: 4', 'Total number of routed experts'],
    ['- name: a\n  base_mo¦del: b', 'used as a base for the current model'],
    ['name: a\nprompt:\n  inference_params:\n    st¦op: [a]', 'Texts at which the model stops'],
  ])('shows the documentation of a field: %j', async (manifest, documentation) => {
    const { text, position } = marked(manifest)
    const uri = anyManifest()
    await client.open(uri, text)
    expect(await client.hover(uri, position)).toContain(documentation)
  })

  it('describes every field', () => {
    const definitions = Object.values(Object(editorSchema()['definitions'])).map(Object)
    const fields = definitions.flatMap(({ properties = {} }) => Object.entries<Record<string, unknown>>(properties))
    expect(fields.filter(([, field]) => !field['description'] && !field['$ref'])).toEqual([])
  })
})

describe('the schema of the config in yaml-language-server', () => {
  const config = new URL('model-entity.config.yaml', ROOT).href

  it('reports a misspelt rule, and offers the rules with their documentation', async () => {
    expect(await said('rules:\n  trust-remote-cod: error\n', config)).toEqual([
      expect.stringContaining('trust-remote-cod is not allowed'),
    ])
    await client.close(config)
    const rules = await offered('rules:\n  ¦', config)
    expect(rules.map(({ label }) => label)).toEqual(expect.arrayContaining(['trust-remote-code', 'required-field']))
    expect(fileURLToPath(config)).toMatch(/model-entity\.config\.yaml$/)
  })
})
