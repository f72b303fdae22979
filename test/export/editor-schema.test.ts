import { readdirSync, readFileSync } from 'node:fs'
import Ajv from 'ajv'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { editorSchema } from '../../src/export/index.js'

const check = new Ajv.default({ strict: true, strictRequired: false, strictTypes: false }).compile(editorSchema())
const examples = new URL('../../examples/', import.meta.url)
const manifests = readdirSync(examples).filter((name) => name.endsWith('.yaml'))
const entity = JSON.parse(readFileSync(new URL('page/example-response.json', examples), 'utf8'))

/** The places and keywords of the errors, without those of the branches around them. */
function faultsIn(value: unknown): string[] {
  check(value)
  return (check.errors ?? [])
    .filter(({ keyword }) => keyword !== 'if')
    .map(({ instancePath, keyword }) => `${instancePath} ${keyword}`)
}

describe('the schema for editors', () => {
  it.each(manifests)('finds nothing in examples/%s', (name) => {
    const documents = parseAllDocuments(readFileSync(new URL(name, examples), 'utf8'), { merge: true })
    expect([...documents].flatMap((document) => faultsIn(document.toJS()))).toEqual([])
  })

  it('takes an entity, a request and a list of both', () => {
    expect(faultsIn([entity, { name: 'llama' }])).toEqual([])
  })

  it.each([
    ['a misspelt field', { name: 'llama', descripton: 'x' }, ' additionalProperties'],
    [
      'a misspelt field of a spec',
      { name: 'llama', api_endpoint: { urll: 'x' } },
      '/api_endpoint additionalProperties',
    ],
    ['an entity’s field of a request', { name: 'llama', workspace: 'w' }, ' additionalProperties'],
    ['a null', { name: 'llama', description: null }, '/description type'],
    ['a misspelt field of an entity', { ...entity, adapter: [] }, ' additionalProperties'],
    ['a misspelt field in a list', [{ nam: 'llama', name: 'llama' }], '/0 additionalProperties'],
  ])('finds %s', (_what, value, fault) => {
    expect(faultsIn(value)).toEqual([fault])
  })

  it('takes any field where data is free', () => {
    const free = { any: { depth: [null] } }
    expect(
      faultsIn({ name: 'llama', custom_fields: free, ownership: free, prompt: { inference_params: free } }),
    ).toEqual([])
  })

  it('offers no null, and describes its fields', () => {
    const text = JSON.stringify(editorSchema())
    expect(text).not.toContain('"null"')
    expect(text).toContain('Total model parameters')
  })
})
