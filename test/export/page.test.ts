import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { openapi } from '../../src/export/index.js'
import { SCHEMA_NAMES } from '../../src/schemas/index.js'
import { differences } from './differences.js'

const page = parse(readFileSync(new URL('../fixtures/create-model.openapi.yaml', import.meta.url), 'utf8'))
const document = openapi({ variant: 'page', version: '3.1' })

describe('the variant as on the page', () => {
  it('names the schemas in the order of the page', () => {
    expect(SCHEMA_NAMES).toEqual(Object.keys(page.components.schemas))
  })

  it.each(SCHEMA_NAMES)('shows %s as the page does, fields and required fields in order', (name) => {
    expect(differences(document.components.schemas[name], page.components.schemas[name], name)).toEqual([])
  })

  it('shows the operation as the page does', () => {
    const [path = ''] = Object.keys(page.paths)
    expect(differences(document.paths[path]?.['post'], page.paths[path].post, 'post')).toEqual([])
  })

  it('is the whole document of the page as data', () => {
    expect(differences(document, page)).toEqual([])
  })

  it('would tell each difference by its place', () => {
    const changed = structuredClone(page)
    changed.components.schemas.Lora.required = []
    changed.components.schemas.Lora.properties = {
      rank: { type: 'number' },
      alpha: changed.components.schemas.Lora.properties.alpha,
    }
    expect(differences(changed.components.schemas.Lora, page.components.schemas.Lora, 'Lora')).toEqual([
      'Lora/properties/rank/type: "number" in place of "integer"',
      'Lora/properties/rank/description: missing, expected "LoRA Rank"',
      'Lora/required/0: missing, expected "rank"',
    ])
  })

  it('tells a change in the order of fields', () => {
    expect(differences({ a: 1, b: 2 }, { b: 2, a: 1 }, '/properties')).toEqual([
      '/properties: in the order a,b in place of b,a',
    ])
  })
})
